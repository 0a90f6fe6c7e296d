/** The form chunk: fetched when a task is about to be opened. */
export const loadForm = () => import('./slip')
export const loadRules = () => import('./rules')

let asked = false

/** Called when a row is hovered, focused or walked over. */
export function prefetchForm(): void {
  if (asked) return
  asked = true
  void loadForm().catch(() => (asked = false))
}
