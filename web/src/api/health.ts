/** Whether the node works, as it tells everybody. */
import { Unreachable } from './problem'

export interface NodeHealth {
  status: 'ok' | 'degraded'
  database: string
  calendar: { version: number; lastPublishedYear: number | null; provisional: boolean; invented: boolean }
}

/** Raises Unreachable when the node or its database does not answer. */
export async function nodeHealth(): Promise<NodeHealth> {
  const response = await fetch('/healthz', { cache: 'no-store' }).catch(() => null)
  if (!response?.ok) throw new Unreachable()
  return (await response.json()) as NodeHealth
}
