/** Dates and times between the server (UTC, `2026-11-24T07:30:00Z`) and the browser's own fields, which show China's time. */
import { momentOf } from '../clock/words'

type Kind = 'date' | 'time' | 'datetime'

/** What the field shows. */
export function toLocal(kind: Kind, stored: string): string {
  if (kind !== 'datetime' || !stored) return stored.slice(0, kind === 'time' ? 5 : 10)
  const ms = Date.parse(stored)
  if (!Number.isFinite(ms)) return ''
  const { year, month, day, hour, minute } = momentOf(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${hour}:${minute}`
}

/** What is stored. */
export function fromLocal(kind: Kind, shown: string): string | null {
  if (!shown) return null
  if (kind !== 'datetime') return shown
  const ms = Date.parse(`${shown.slice(0, 16)}:00+08:00`)
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace('.000Z', 'Z') : null
}
