/**
 * Exact decimals, as on the server: an integer and how many of its digits stand behind the point. Below 10^30 in size, at
 * most 20 places; sums and products keep the places their parts give, quotients drop trailing zeros.
 */
import { Fault } from './fault'

export class Num {
  readonly units: bigint
  readonly places: number
  constructor(units: bigint, places: number) {
    this.units = units
    this.places = places
  }
}

const MAX_PLACES = 20
const LIMIT = 10n ** 30n
const TEXT = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/

const ten = (power: number): bigint => 10n ** BigInt(power)
const size = (value: bigint): bigint => (value < 0n ? -value : value)

/** A number written in digits; JavaScript's own numbers come this way too, by their shortest decimal writing. */
export function numberOf(text: string): Num {
  const found = TEXT.exec(text)
  if (!found) throw new Fault('unsupported-value')
  const [, sign, whole, part = '', power = '0'] = found
  const units = BigInt(`${sign}${whole}${part}`)
  const places = part.length - Number(power)
  return bounded(places < 0 ? new Num(units * ten(-places), 0) : new Num(units, places))
}

/** The result of a calculation in its one form. */
function bounded({ units, places }: Num): Num {
  if (size(units) >= LIMIT * ten(places)) throw new Fault('number-too-large')
  return places > MAX_PLACES ? new Num(halfEven(units, ten(places - MAX_PLACES)), MAX_PLACES) : new Num(units, places)
}

function halfEven(units: bigint, divisor: bigint): bigint {
  const quotient = size(units) / divisor
  const twice = (size(units) % divisor) * 2n
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n)
  const rounded = quotient + (up ? 1n : 0n)
  return units < 0n ? -rounded : rounded
}

function aligned(a: Num, b: Num): [bigint, bigint, number] {
  const places = Math.max(a.places, b.places)
  return [a.units * ten(places - a.places), b.units * ten(places - b.places), places]
}

export function add(a: Num, b: Num): Num {
  const [x, y, places] = aligned(a, b)
  return bounded(new Num(x + y, places))
}

export function negate(a: Num): Num {
  return bounded(new Num(-a.units, a.places))
}

export const subtract = (a: Num, b: Num): Num => {
  const [x, y, places] = aligned(a, b)
  return bounded(new Num(x - y, places))
}

export function multiply(a: Num, b: Num): Num {
  return bounded(new Num(a.units * b.units, a.places + b.places))
}

export function divide(a: Num, b: Num): Num {
  const [x, y] = divisible(a, b)
  const scaled = x * ten(MAX_PLACES)
  const units = halfEven(y < 0n ? -scaled : scaled, size(y))
  return bounded(shortest(new Num(units, MAX_PLACES)))
}

export function floorDivide(a: Num, b: Num): Num {
  const [x, y] = divisible(a, b)
  return bounded(new Num(floorOf(x, y), 0))
}

export function modulo(a: Num, b: Num): Num {
  const [x, y, places] = divisible(a, b)
  return bounded(new Num(x - floorOf(x, y) * y, places))
}

function divisible(a: Num, b: Num): [bigint, bigint, number] {
  if (b.units === 0n) throw new Fault('division-by-zero')
  return aligned(a, b)
}

function floorOf(x: bigint, y: bigint): bigint {
  const towardZero = x / y
  return x % y !== 0n && x < 0n !== y < 0n ? towardZero - 1n : towardZero
}

function shortest({ units, places }: Num): Num {
  while (places > 0 && units % 10n === 0n) {
    units /= 10n
    places--
  }
  return new Num(units, places)
}

export function compare(a: Num, b: Num): number {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** With so many places, halves away from zero. */
export function round(a: Num, places: number): Num {
  if (places >= a.places) return bounded(new Num(a.units * ten(places - a.places), places))
  const divisor = ten(a.places - places)
  const rounded = (size(a.units) * 2n + divisor) / (divisor * 2n)
  return bounded(new Num(a.units < 0n ? -rounded : rounded, places))
}

export const truncate = (a: Num): Num => bounded(new Num(a.units / ten(a.places), 0))

/** The whole number it is, also when written with places (2.0); nothing when it has a fraction. */
export function wholeOf(a: Num): number | null {
  return a.units % ten(a.places) === 0n ? Number(a.units / ten(a.places)) : null
}

/** In plain digits, never with an exponent. */
export function textOf({ units, places }: Num): string {
  if (!places) return units.toString()
  const digits = size(units).toString().padStart(places + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

export const whole = (value: number): Num => new Num(BigInt(value), 0)
