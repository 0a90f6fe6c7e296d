/** Which cases are looked for, as it stands in the address, so that a filter can be sent, kept and gone back to. */
import type { InstanceFilter } from '../api/operated-types'

const TEXTS = ['q', 'state', 'process', 'businessKey', 'element', 'passed', 'startedFrom', 'startedUntil'] as const
const NUMBERS = ['version', 'days'] as const
export const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '~'] as const

export function filterIn(search: string): InstanceFilter {
  const given = new URLSearchParams(search)
  const texts = TEXTS.flatMap((name) => (given.get(name) ? [[name, given.get(name)]] : []))
  const numbers = NUMBERS.flatMap((name) => (Number(given.get(name)) > 0 ? [[name, Number(given.get(name))]] : []))
  const where = given.getAll('where').filter(Boolean)
  return Object.fromEntries([...texts, ...numbers, ...(where.length ? [['where', where]] : [])]) as InstanceFilter
}

export function addressOf(filter: InstanceFilter): string {
  const parts = Object.entries(filter).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).filter(Boolean).map((one) => [name, String(one)]))
  const search = new URLSearchParams(parts)
  return `/operations/instances${search.size ? `?${search}` : ''}`
}

/** A day as the first instant of it in the community, or of the next day. */
export const beginning = (day: string): string | undefined => (day ? `${day}T00:00:00+08:00` : undefined)
export function following(day: string): string | undefined {
  return day ? beginning(new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)) : undefined
}
/** The day that an instant of a filter means, as a field of a date takes it. */
export const dayOf = (instant: string | undefined, before = 0): string =>
  instant ? new Date(Date.parse(instant) + 8 * 3_600_000 - before).toISOString().slice(0, 10) : ''
