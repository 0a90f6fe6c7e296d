/** The lock of the open design: taken when it is opened, renewed while it is, given back when it is left. Who else looks is shown. */
import { signal } from '@preact/signals'
import { holdDesign, lookAtDesign, releaseDesign, type Presence } from '../../api/designs'
import { can } from '../../session/session'
import { design, fetchFiles, files } from '../state'

/** Who else is looking at the design. */
export const present = signal<readonly string[]>([])

const RENEW_MS = 30_000

/** Whether this person could write in the design at all. */
const mayEdit = (): boolean => can('design') && design.peek()?.state === 'editing'

export function startLock(id: string): () => void {
  let gone = false
  const renew = async () => {
    // Without an answer nothing is known; the next beat asks again.
    accept(id, await (mayEdit() ? holdDesign(id) : lookAtDesign(id)).catch(() => null))
  }
  void renew()
  const timer = setInterval(() => !gone && void renew(), RENEW_MS)
  const leave = () => void (design.peek()?.lock?.mine && releaseDesign(id).catch(() => undefined))
  return () => {
    gone = true
    clearInterval(timer)
    leave()
    present.value = []
  }
}

/** Takes the design from who holds it; the server says so in the audit trail. */
export async function takeOver(id: string): Promise<void> {
  accept(id, await holdDesign(id, true))
}

function accept(id: string, told: Presence | null): void {
  const open = design.peek()
  if (!told || open?.id !== id) return
  const before = open.lock
  design.value = { ...open, lock: told.lock }
  present.value = told.present
  // Whoever wrote before has let go: what is here may be old.
  if (told.lock?.mine && before && !before.mine) void refresh(id)
}

async function refresh(id: string): Promise<void> {
  const fresh = await fetchFiles(id)
  if (design.peek()?.id !== id || [...files.peek().values()].some((file) => file.unsaved)) return
  files.value = new Map(fresh.map((file) => [file.name, file]))
}
