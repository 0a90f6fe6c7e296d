/** The named functions, as on the server; a tree cannot call anything else. They never change their arguments. */
import * as dates from './dates'
import { Fault } from './fault'
import { add, compare, negate, Num, numberOf, round, truncate, whole } from './number'
import {
  asBoolean, asDict, asList, asNumber, asText, asWhole, boundedList, boundedText, contains, equal, has, isDict, MAX_TEXT,
  openKey, order, points, textOf, wrongType, type Meter, type V,
} from './values'

type Plain = (...values: V[]) => V
const NUMBER = /^-?\d{1,40}(?:\.\d{1,40})?$/
const DEMO = '·演示'

const length: Plain = (value = null) => {
  if (typeof value === 'string') return whole(points(value).length)
  if (Array.isArray(value)) return whole(value.length)
  if (isDict(value)) return whole(Object.keys(value).length)
  throw wrongType()
}

const total: Plain = (values = null) => asList(values).reduce<Num>((sum, item) => add(sum, asNumber(item)), whole(0))

function extreme(values: V[], wanted: number): V {
  const items = values.length === 1 ? asList(values[0]!) : values
  if (!items.length) throw new Fault('empty-list')
  let best: V = items[0] as V
  order(best, best)
  for (const item of items.slice(1)) if (Math.sign(order(item, best)) === wanted) best = item
  return best
}

function decimalOf(value: V): Num {
  if (typeof value !== 'string') return asNumber(value)
  if (!NUMBER.test(value)) throw new Fault('bad-number')
  return numberOf(value)
}

const rounded: Plain = (value = null, places = whole(0)) => {
  const [found, digits] = [asNumber(value), asWhole(places)]
  if (digits < 0 || digits > 20) throw new Fault('wrong-arguments')
  return round(found, digits)
}

const absolute: Plain = (value = null) => (compare(asNumber(value), whole(0)) < 0 ? negate(asNumber(value)) : asNumber(value))

const get: Plain = (container = null, key = null, otherwise = null) => {
  if (container === null) return otherwise
  if (Array.isArray(container)) return inside(container, asWhole(key)) ? container[position(container, asWhole(key))]! : otherwise
  const found = asDict(container)
  const name = openKey(asText(key))
  return has(found, name) ? found[name]! : otherwise
}

export const inside = (items: V[], at: number): boolean => at >= -items.length && at < items.length
export const position = (items: V[], at: number): number => (at < 0 ? at + items.length : at)

const inOrder: Plain = (values = null) => {
  const items = asList(values)
  const checked = typeof items[0] === 'string' ? items.map(asText) : items.map(asNumber)
  return (checked as V[]).sort(order)
}

const split: Plain = (text = null, separator = null) => {
  if (!asText(separator)) throw new Fault('wrong-arguments')
  return boundedList(asText(text).split(asText(separator)))
}

const join: Plain = (values = null, separator = '') => {
  const between = asText(separator)
  const parts = asList(values).map(textOf)
  const joined = parts.join(between)
  if (joined.length > MAX_TEXT) throw new Fault('too-large')
  return joined
}

function covered(text: string, head: number, tail: number): string {
  const letters = points(text)
  const hidden = letters.length - head - tail
  if (hidden <= 0) return '*'.repeat(letters.length)
  return letters.slice(0, head).join('') + '*'.repeat(hidden) + letters.slice(letters.length - tail).join('')
}

const textOrNothing = (value: V): string => (value === null ? '' : asText(value))

const maskName: Plain = (name = null) => {
  const full = textOrNothing(name)
  const text = full.endsWith(DEMO) ? full.slice(0, -DEMO.length) : full
  const letters = points(text)
  return letters.length === 2 ? `${letters[0]}*` : covered(text, 1, 1)
}

const maskId: Plain = (number = null) => {
  const text = textOrNothing(number)
  return points(text).length >= 15 ? covered(text, 6, 4) : covered(text, 1, 1)
}

const maskPhone: Plain = (number = null) => {
  const text = textOrNothing(number)
  return points(text).length >= 11 ? covered(text, 3, 4) : covered(text, 1, 2)
}

const PLAIN: Record<string, Plain> = {
  len: length,
  sum: total,
  min: (...values) => extreme(values, -1),
  max: (...values) => extreme(values, 1),
  any: (values = null) => asList(values).map(asBoolean).includes(true),
  all: (values = null) => !asList(values).map(asBoolean).includes(false),
  round: rounded,
  abs: absolute,
  int: (value = null) => truncate(decimalOf(value)),
  decimal: (value = null) => decimalOf(value),
  str: (value = null) => boundedText(textOf(value)),
  lower: (text = null) => boundedText(asText(text).toLowerCase()),
  upper: (text = null) => boundedText(asText(text).toUpperCase()),
  trim: (text = null) => asText(text).trim(),
  starts_with: (text = null, start = null) => asText(text).startsWith(asText(start)),
  ends_with: (text = null, end = null) => asText(text).endsWith(asText(end)),
  split,
  join,
  get,
  keys: (dict = null) => boundedList(Object.keys(asDict(dict)).filter((key) => !key.startsWith('_'))),
  first: (values = null) => asList(values)[0] ?? null,
  last: (values = null) => asList(values).at(-1) ?? null,
  sorted: inOrder,
  append: (values = null, item = null) => boundedList([...asList(values), item]),
  concat: (...lists) => boundedList(lists.flatMap(asList)),
  coalesce: (...values) => values.find((value) => value !== null) ?? null,
  date: (value = null) => dates.toDate(value),
  datetime: (value = null) => dates.toDatetime(value),
  duration: (value = null) => dates.duration(value),
  add: (value = null, span = null) => dates.addDuration(value, span),
  before: (left = null, right = null) => dates.before(left, right),
  after: (left = null, right = null) => dates.after(left, right),
  days_between: (start = null, end = null) => whole(dates.daysBetween(start, end)),
  year: (value = null) => whole(dates.year(value)),
  age: (birth = null, at = null) => whole(dates.age(birth, at)),
  format_date: (value = null, pattern) => dates.formatDate(value, pattern),
  mask_name: maskName,
  mask_id: maskId,
  mask_phone: maskPhone,
}

/** Those whose work depends on what they find. */
const METERED: Record<string, (meter: Meter, ...values: V[]) => V> = {
  contains: (meter, container = null, wanted = null) => contains(container, wanted, meter),
  distinct: (meter, values = null) => {
    const kept: V[] = []
    for (const item of asList(values)) {
      meter.spend(kept.length)
      if (!kept.some((other) => equal(item, other, meter))) kept.push(item)
    }
    return kept
  },
  count: (meter, values = null, wanted = null) => whole(asList(values).filter((item) => equal(item, wanted, meter)).length),
  index_of: (meter, values = null, wanted = null) => {
    if (typeof values !== 'string') return whole(asList(values).findIndex((item) => equal(item, wanted, meter)))
    const at = values.indexOf(asText(wanted))
    return whole(at < 0 ? -1 : points(values.slice(0, at)).length)
  },
}

export function call(name: string, meter: Meter, values: V[]): V {
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name]!(...values)
  if (Object.hasOwn(METERED, name)) return METERED[name]!(meter, ...values)
  throw new Fault('unknown-function')
}
