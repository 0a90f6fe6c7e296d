/** Times and spans in words, in the time zone of the community. Today a clock time, this year a date, 周六 when not a working day. */
import { t, language } from '../i18n'

const ZONE = 'Asia/Shanghai'
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export interface Moment {
  year: number
  month: number
  day: number
  hour: string
  minute: string
  /** 0 is Sunday. */
  weekday: number
}

const format = new Intl.DateTimeFormat('en-US', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  weekday: 'short',
})
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

export function momentOf(ms: number): Moment {
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  return {
    year: Number(part.year),
    month: Number(part.month),
    day: Number(part.day),
    hour: part.hour!,
    minute: part.minute!,
    weekday: WEEKDAYS.indexOf(part.weekday!),
  }
}

/** Whole days from the day of `from` to the day of `to`, in the community's time zone. */
export function daysBetween(from: number, to: number): number {
  const a = momentOf(from)
  const b = momentOf(to)
  return Math.round((Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / DAY)
}

export function clockTime(ms: number): string {
  const { hour, minute } = momentOf(ms)
  return `${hour}:${minute}`
}

/** The date with its weekday when that is no working day; the year only when it is another one. */
export function date(ms: number, now: number): string {
  const at = momentOf(ms)
  const key = at.year === momentOf(now).year ? 'day.date' : 'day.dateYear'
  const words = t(key, { year: at.year, month: monthWord(at.month), day: at.day })
  const off = at.weekday === 0 || at.weekday === 6
  return off ? `${words} ${t('day.week', { week: weekdayWord(at.weekday) })}` : words
}

function monthWord(month: number): string | number {
  return language.value === 'en' ? new Date(Date.UTC(2026, month - 1, 1)).toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' }) : month
}

function weekdayWord(weekday: number): string {
  return language.value === 'en' ? WEEKDAYS[weekday]! : t('week.letters')[weekday]!
}

/** When something was or will be, as a person would say it: `15:24`, `昨天 17:52`, `11 月 24 日 09:00`. */
export function when(iso: string, now: number, how: 'dateTime' | 'date' = 'dateTime'): string {
  const ms = Date.parse(iso)
  const days = daysBetween(now, ms)
  const time = clockTime(ms)
  if (days === 0) return time
  if (days === 1) return t('day.tomorrow', { time })
  if (days === -1) return t('day.yesterday', { time })
  return how === 'date' ? date(ms, now) : `${date(ms, now)} ${time}`
}

/** A span in at most two units: `22 分`, `1 时 40 分`, `2 天 4 时`. Whole minutes, rounded down; `rough` says days alone. */
export function span(ms: number, rough = false): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE)
  const m = minutes % 60
  const h = Math.floor(minutes / 60)
  // The page's clock goes in steps of five seconds.
  if (minutes < 1) return t('span.seconds', { s: Math.max(5, Math.floor(Math.abs(ms) / 5_000) * 5) })
  if (h < 1) return t('span.minutes', { m })
  if (h < 24) return m && h < 10 ? t('span.hoursMinutes', { h, m }) : t('span.hours', { h })
  const d = Math.floor(h / 24)
  const rest = h % 24
  return rest && d < 3 && !rough ? t('span.daysHours', { d, h: rest }) : t('span.days', { d })
}
