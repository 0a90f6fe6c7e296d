/** Which tab of the panel is in front: chosen by whoever reads it, and by what is put into the drawing. */
import { signal } from '@preact/signals'

export type Face = 'basic' | 'approval' | 'deadline' | 'rights' | 'event' | 'work' | 'process' | 'advanced'

export const face = signal<Face>('basic')
/** Whether the next step that is shown takes the focus to its first field. */
export const entering = signal(false)
