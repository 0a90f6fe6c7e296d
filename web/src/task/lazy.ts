/** The open task is a chunk of its own: the list stands before it is there. */
export const loadTask = () => import('./task')

/** Fetches what an open task needs while the person still looks at the list, so that it also opens when the network is gone. */
export function prefetchTask(): void {
  void loadTask().catch(() => undefined)
}
