/** Whether the page is the phone layout (one pane, dock, 44 px targets). */
import { signal } from '@preact/signals'

const query = matchMedia('(max-width: 760px)')
export const narrow = signal(query.matches)
query.addEventListener('change', () => (narrow.value = query.matches))
