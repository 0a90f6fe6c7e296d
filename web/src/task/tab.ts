/** Which face of the task is shown. */
import { useSignal, type Signal } from '@preact/signals'
import { useCommands } from '../keyboard/use-commands'

export type TaskTab = 'form' | 'diagram' | 'activity'
export const TABS: TaskTab[] = ['form', 'diagram', 'activity']

export function useTaskTab(): Signal<TaskTab> {
  const tab = useSignal<TaskTab>('form')
  useCommands(TABS.map((name, at) => ({ keys: String(at + 1), act: () => void (tab.value = name) })))
  return tab
}
