/** The time of the server, which is the only one that counts: hospital computers' clocks are often wrong. */
import { signal } from '@preact/signals'
import { clockSkew } from '../api/client'

const TICK_MS = 5_000

/** Milliseconds since 1970, brought up to date every few seconds; reading it in a component redraws the component. */
export const now = signal(Date.now())

/** The same to the moment, for what must not be later than now: the minute that has just begun is not to come. */
export const exactly = (): number => Math.max(now.value, Date.now() + clockSkew.value)

function tick(): void {
  now.value = Date.now() + clockSkew.value
}

clockSkew.subscribe(tick)
setInterval(tick, TICK_MS)
document.addEventListener('visibilitychange', tick)
