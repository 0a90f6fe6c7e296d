/** Dates and times as ISO texts. An instant without an offset is China's time, and the day of an instant is China's day. */
import { Fault } from './fault'
import { asText, type V } from './values'

/** A calendar day (no offset) or an instant; both as milliseconds since 1970, the day at midnight UTC. */
type Moment = { day: number } | { at: number; offset: number }
type Fields = [year: number, month: number, day: number, hour: number, minute: number, second: number, millis: number]

const MINUTE = 60_000
const DAY = 86_400_000
const CHINA = 480
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/
const DURATION =
  /^(-?)P(?=[0-9T])(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=[0-9])(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/
const PATTERN = /yyyy|YYYY|MM|M|dd|DD|d|D|HH|H|mm|m|ss|s/g

const bad = (): Fault => new Fault('bad-date')

/** Date.UTC without its reading of years below 100 as 19xx. */
function utc(year: number, month: number, day: number, time = 0): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() + time
}

function fieldsOf(ms: number): Fields {
  const date = new Date(ms)
  return [
    date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(),
    date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds(),
  ]
}

function inRange(ms: number): number {
  const year = new Date(ms).getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw bad()
  return ms
}

function dayOf(text: string): number {
  const found = DATE.exec(text)
  if (!found) throw bad()
  const [year, month, day] = found.slice(1).map(Number) as [number, number, number]
  const ms = utc(year, month, day)
  const back = fieldsOf(ms)
  if (year < 1 || back[1] !== month || back[2] !== day) throw bad()
  return ms
}

function instantOf(text: string): { at: number; offset: number } {
  const found = INSTANT.exec(text)
  if (!found) throw bad()
  const [, day, hour, minute, second = '0', fraction = '0', zone] = found
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) throw bad()
  const offset = offsetOf(zone)
  const millis = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const local = dayOf(day!) + (Number(hour) * 60 + Number(minute)) * MINUTE + Number(second) * 1000 + millis
  return { at: local - offset * MINUTE, offset }
}

function offsetOf(zone: string | undefined): number {
  if (!zone) return CHINA
  if (zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))]
  if (hours > 14 || minutes > 59) throw bad()
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

function momentOf(value: V): Moment {
  const text = asText(value)
  return text.length === 10 ? { day: dayOf(text) } : instantOf(text)
}

/** A day counts as its first moment in China. */
function asInstant(value: V): { at: number; offset: number } {
  const moment = momentOf(value)
  return 'at' in moment ? moment : { at: moment.day - CHINA * MINUTE, offset: CHINA }
}

/** China's calendar day, as midnight UTC. */
function asDay(value: V): number {
  const moment = momentOf(value)
  return 'day' in moment ? moment.day : Math.floor(inRange(moment.at + CHINA * MINUTE) / DAY) * DAY
}

const two = (value: number): string => String(value).padStart(2, '0')

function written(moment: Moment): string {
  const [year, month, day, hour, minute, second, millis] = fieldsOf('day' in moment ? moment.day : moment.at + moment.offset * MINUTE)
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
  if ('day' in moment) return date
  const size = Math.abs(moment.offset)
  const zone = `${moment.offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${millis ? `.${String(millis).padStart(3, '0')}` : ''}${zone}`
}

function partsOf(text: string): number[] {
  const found = DURATION.exec(text)
  if (!found) throw new Fault('bad-duration')
  const sign = found[1] ? -1 : 1
  return found.slice(2).map((part) => sign * Number(part ?? 0))
}

function addMonths(ms: number, months: number): number {
  const [year, month, day] = fieldsOf(ms)
  const all = year * 12 + month - 1 + months
  const [nextYear, nextMonth] = [Math.floor(all / 12), (((all % 12) + 12) % 12) + 1]
  if (nextYear < 1 || nextYear > 9999) throw bad()
  const last = new Date(utc(nextYear, nextMonth + 1, 0)).getUTCDate()
  return utc(nextYear, nextMonth, Math.min(day, last), ((ms % DAY) + DAY) % DAY)
}

export const toDate = (value: V): string => written({ day: asDay(value) })
export const toDatetime = (value: V): string => written(asInstant(value))

export function duration(value: V): string {
  partsOf(asText(value))
  return asText(value)
}

/** Years and months come first and keep to the month's last day; a day stays a day unless hours, minutes or seconds are added. */
export function addDuration(value: V, length: V): string {
  const [years, months, weeks, days, hours, minutes, seconds] = partsOf(asText(length)) as [number, number, number, number, number, number, number]
  const moment = momentOf(value)
  const shift = (weeks * 7 + days) * DAY + hours * 60 * MINUTE + minutes * MINUTE + seconds * 1000
  if ('day' in moment && !hours && !minutes && !seconds) return written({ day: inRange(addMonths(moment.day, years * 12 + months) + shift) })
  const { at, offset } = 'at' in moment ? moment : asInstant(value)
  const local = inRange(addMonths(at + offset * MINUTE, years * 12 + months) + shift)
  return written({ at: local - offset * MINUTE, offset })
}

export const before = (left: V, right: V): boolean => asInstant(left).at < asInstant(right).at
export const after = (left: V, right: V): boolean => asInstant(left).at > asInstant(right).at

export function daysBetween(start: V, end: V): number {
  const [last, first] = [asDay(end), asDay(start)]
  return Math.round((last - first) / DAY)
}

export const year = (value: V): number => fieldsOf(asDay(value))[0]

export function age(birth: V, at: V): number {
  const [born, now] = [fieldsOf(asDay(birth)), fieldsOf(asDay(at))]
  const early = now[1] < born[1] || (now[1] === born[1] && now[2] < born[2])
  const years = now[0] - born[0] - (early ? 1 : 0)
  if (years < 0) throw bad()
  return years
}

export function formatDate(value: V, pattern: V = 'yyyy-MM-dd'): string {
  const text = asText(pattern)
  if (Array.from(text).length > 100) throw new Fault('wrong-arguments')
  const [y, M, d, H, m, s] = fieldsOf(inRange(asInstant(value).at + CHINA * MINUTE))
  const numbers: Record<string, number> = { y, Y: y, M, d, D: d, H, m, s }
  return text.replace(PATTERN, (sign) => String(numbers[sign[0]!]).padStart(sign.length, '0'))
}
