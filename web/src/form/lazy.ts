/** The form chunk: fetched when a task is about to be opened. */
export const loadRules = () => import('./rules')

/** The rules come along: the network may be gone by the time they are needed. */
export const loadForm = () => {
  void loadRules().catch(() => undefined)
  return import('./slip')
}

let asked = false

/** Called when a row is hovered, focused or walked over. */
export function prefetchForm(): void {
  if (asked) return
  asked = true
  void loadForm().catch(() => (asked = false))
}
