/** The values of the language and their bounds; what is equal, what has an order, what has a text. Texts go by code point. */
import { Fault } from './fault'
import { compare as compareNumbers, Num, numberOf, textOf as numberText, wholeOf } from './number'

export type V = null | boolean | Num | string | V[] | Dict
export interface Dict {
  [key: string]: V
}

export const MAX_TEXT = 10_000
export const MAX_ITEMS = 10_000
const MAX_STEPS = 200_000
const MAX_LEVELS = 32
const TEXT_STEP = 100

/** Counts the work of one evaluation. */
export class Meter {
  private left = MAX_STEPS
  spend(steps: number): void {
    this.left -= steps
    if (this.left < 0) throw new Fault('too-many-steps')
  }
}

/** Data as it came in JSON, as a value of the language. */
export function admit(value: unknown, level = 0): V {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return numberOf(String(value))
  if (value instanceof Num) return value
  if (level > MAX_LEVELS) throw new Fault('too-large')
  if (Array.isArray(value)) return value.map((item) => admit(item, level + 1))
  if (typeof value === 'object') {
    const dict: Dict = Object.create(null) as Dict
    for (const [key, item] of Object.entries(value)) dict[key] = admit(item, level + 1)
    return dict
  }
  throw new Fault('unsupported-value')
}

export function isDict(value: V): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Num)
}

export const wrongType = (): Fault => new Fault('wrong-type')

export function asNumber(value: V): Num {
  if (value instanceof Num) return value
  throw wrongType()
}

export function asWhole(value: V): number {
  const whole = wholeOf(asNumber(value))
  if (whole === null) throw wrongType()
  return whole
}

export function asText(value: V): string {
  if (typeof value === 'string') return value
  throw wrongType()
}

export function asList(value: V): V[] {
  if (!Array.isArray(value)) throw wrongType()
  return boundedList(value)
}

export function asDict(value: V): Dict {
  if (isDict(value)) return value
  throw wrongType()
}

export function asBoolean(value: V): boolean {
  if (typeof value === 'boolean') return value
  throw wrongType()
}

export function boundedText(text: string): string {
  if (text.length > MAX_TEXT && points(text).length > MAX_TEXT) throw new Fault('too-large')
  return text
}

export function boundedList(items: V[]): V[] {
  if (items.length > MAX_ITEMS) throw new Fault('too-large')
  return items
}

/** Names with a leading underscore belong to nobody. */
export function openKey(key: string): string {
  if (key.startsWith('_')) throw new Fault('not-allowed')
  return key
}

export const points = (text: string): string[] => Array.from(text)
export const has = (dict: Dict, key: string): boolean => Object.hasOwn(dict, key)

/** What looking at an argument costs. */
export function weight(value: V): number {
  if (typeof value === 'string') return Math.floor(value.length / TEXT_STEP)
  if (Array.isArray(value)) return value.length
  return isDict(value) ? Object.keys(value).length : 0
}

export function textOf(value: V): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Num) return numberText(value)
  throw wrongType()
}

/** Equality by value at any depth; values of different types are unequal. */
export function equal(left: V, right: V, meter: Meter, level = 0): boolean {
  if (left instanceof Num && right instanceof Num) return compareNumbers(left, right) === 0
  if (left === right) return true
  if (level > MAX_LEVELS) throw new Fault('too-large')
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false
    meter.spend(left.length + 1)
    return left.every((item, at) => equal(item, right[at]!, meter, level + 1))
  }
  if (!isDict(left) || !isDict(right)) return false
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length || !keys.every((key) => has(right, key))) return false
  meter.spend(keys.length + 1)
  return keys.every((key) => equal(left[key]!, right[key]!, meter, level + 1))
}

/** Below zero, zero or above: numbers with numbers, texts with texts; nothing else has an order. */
export function order(left: V, right: V): number {
  if (typeof left === 'string') return compareTexts(left, asText(right))
  return compareNumbers(asNumber(left), asNumber(right))
}

function compareTexts(left: string, right: string): number {
  const [a, b] = [points(left), points(right)]
  for (let at = 0; at < a.length && at < b.length; at++) {
    const difference = a[at]!.codePointAt(0)! - b[at]!.codePointAt(0)!
    if (difference) return difference
  }
  return a.length - b.length
}

export function contains(container: V, wanted: V, meter: Meter): boolean {
  if (typeof container === 'string') return container.includes(asText(wanted))
  if (isDict(container)) return has(container, asText(wanted))
  const items = asList(container)
  meter.spend(items.length)
  return items.some((item) => equal(item, wanted, meter))
}
