/** Periods as they stand in the address: `2026-11`, `2026-Q4`, `2026`. */
import { language } from '../i18n'
import { sta } from '../i18n/analytics'

export type Kind = 'month' | 'quarter' | 'year'
export interface Period {
  name: string
  kind: Kind
  /** First and last day, `2026-11-01`. */
  first: string
  last: string
}

const two = (number: number): string => String(number).padStart(2, '0')

/** The period of that name; null for what is none. */
export function periodOf(name: string): Period | null {
  const found = /^(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$/.exec(name)
  if (!found) return null
  const [, year, quarter, month] = found
  if (month) return span(name, 'month', Number(year), Number(month), 1)
  if (quarter) return span(name, 'quarter', Number(year), Number(quarter) * 3 - 2, 3)
  return span(name, 'year', Number(year), 1, 12)
}

function span(name: string, kind: Kind, year: number, month: number, months: number): Period {
  const end = month + months - 1
  const days = new Date(Date.UTC(year, end, 0)).getUTCDate()
  return { name, kind, first: `${year}-${two(month)}-01`, last: `${year}-${two(end)}-${days}` }
}

/** The names of the periods that a person picks from, the one of today first: twelve months, four quarters, two years. */
export function choices(year: number, month: number): Record<Kind, string[]> {
  const months = Array.from({ length: 12 }, (_, back) => {
    const number = year * 12 + month - 1 - back
    return `${Math.floor(number / 12)}-${two((number % 12) + 1)}`
  })
  const quarters = Array.from({ length: 4 }, (_, back) => {
    const number = year * 4 + Math.floor((month - 1) / 3) - back
    return `${Math.floor(number / 4)}-Q${(number % 4) + 1}`
  })
  return { month: months, quarter: quarters, year: [String(year), String(year - 1)] }
}

export function periodWords({ kind, first }: Period): string {
  const [year, month] = first.split('-').map(Number) as [number, number]
  const spelled = language.value === 'en' ? new Date(Date.UTC(year, month - 1, 1)).toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' }) : month
  return sta(`period.${kind}`, { year, month: spelled, quarter: Math.ceil(month / 3) })
}
