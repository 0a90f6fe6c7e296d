/**
 * One tab of the browser leads. Web Locks decide where they exist; on plain HTTP inside a hospital network they do not, and a
 * lease in local storage decides, renewed while the tab lives. Two leaders for a moment do no harm, there is one stream more.
 */
import { identifier } from '../api/identifier'

const NAME = 'liandong.leader'
const LEASE_MS = 12_000
const RENEW_MS = 4_000

/** Calls `lead` when this tab becomes the leader; what `lead` returns is called when it stops leading. */
export function startLeading(lead: () => () => void): void {
  if (navigator.locks) void navigator.locks.request(NAME, () => new Promise<void>(() => void lead()))
  else leadByLease(lead)
}

interface Lease {
  tab: string
  until: number
}

function leadByLease(lead: () => () => void): void {
  const tab = identifier()
  let stop: (() => void) | null = null
  const renew = () => {
    const lease = readLease()
    const mine = lease?.tab === tab
    if (!mine && lease && lease.until > Date.now()) {
      stop?.()
      stop = null
      return
    }
    if (!writeLease({ tab, until: Date.now() + LEASE_MS }) && stop) return
    stop ??= lead()
  }
  renew()
  setInterval(renew, RENEW_MS)
  addEventListener('pagehide', () => readLease()?.tab === tab && localStorage.removeItem(NAME))
}

function readLease(): Lease | null {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? 'null') as Lease | null
  } catch {
    return null
  }
}

function writeLease(lease: Lease): boolean {
  try {
    localStorage.setItem(NAME, JSON.stringify(lease))
    return true
  } catch {
    return false
  }
}
