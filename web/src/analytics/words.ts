/** What the figures say, as a sentence, and how figures are written. */
import type { Row, Statistics } from '../api/analytics'
import { sta } from '../i18n/analytics'

const MINUTE = 60
const HOUR = 60 * MINUTE
/** Points below the target from which an institution is named. */
const SLACK = 5
const NAMED = 2

/** Open time in hours: its days have no fixed length. */
export function length(seconds: number | null): string {
  const minutes = Math.round((seconds ?? 0) / MINUTE)
  const h = Math.floor(minutes / 60)
  const m = minutes % 60
  if (h < 1) return sta('seconds.minutes', { m })
  return h < 10 && m ? sta('seconds.hoursMinutes', { h, m }) : sta('seconds.hours', { h: Math.round((seconds ?? 0) / HOUR) })
}

export const share = (part: number, whole: number): string => (whole ? Math.round((100 * part) / whole).toString() : '–')
export const limitOf = ({ target }: Statistics): number => target - SLACK
const list = (names: string[]): string => names.join(sta('and'))

/** Which institutions are late, and at which steps they are held up. */
export function finding(statistics: Statistics): string {
  const limit = limitOf(statistics)
  const low = statistics.institutions.filter(({ figures }) => figures?.onTimeShare != null && figures.onTimeShare < limit)
  if (!low.length) return statistics.institutions.some(({ figures }) => figures?.onTimeShare != null) ? sta('good', { limit }) : ''
  low.sort((one, other) => one.figures!.onTimeShare! - other.figures!.onTimeShare!)
  const told = low.map((row) => ({ name: row.institution!.name, steps: held(statistics, row) }))
  const names = list(told.map(({ name }) => name))
  const common = told[0]!.steps.filter((step) => told.every(({ steps }) => steps.includes(step)))
  if (common.length) return sta('low.all', { names, limit, steps: list(common) })
  const each = told.filter(({ steps }) => steps.length).slice(0, NAMED)
  if (!each.length) return sta('low', { names, limit })
  return sta('low.each', { names, limit, each: each.map(({ name, steps }) => sta('low.one', { name, steps: list(steps) })).join(sta('and')) })
}

/** The steps at which an institution is late most often. */
function held({ cells }: Statistics, { institution }: Row): string[] {
  return cells
    .filter((cell) => cell.institution?.code === institution?.code && cell.figures && cell.figures.termed > cell.figures.onTime)
    .sort((one, other) => late(other) - late(one))
    .slice(0, NAMED)
    .map((cell) => cell.step!.name)
}

const late = ({ figures }: Row): number => figures!.termed - figures!.onTime

/** Which of the five tints a share of the term has. */
export function heatOf(used: number): 'h0' | 'h1' | 'h2' | 'h3' | 'h4' {
  if (used < 50) return 'h0'
  if (used < 80) return 'h1'
  if (used < 100) return 'h2'
  return used < 130 ? 'h3' : 'h4'
}
