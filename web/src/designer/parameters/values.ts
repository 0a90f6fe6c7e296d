/** The parameters of a folder as a tree of values, each edited by its kind: what a value is, is told by how it is written. */
import { isObject, type Json, type JsonObject } from '../text/json'

export type Kind = 'switch' | 'number' | 'term' | 'day' | 'text' | 'empty' | 'branch'
export type Path = readonly (string | number)[]

const TERM = /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
export const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

export function kindOf(value: Json): Kind {
  if (typeof value === 'boolean') return 'switch'
  if (typeof value === 'number') return 'number'
  if (value === null) return 'empty'
  if (typeof value !== 'string') return 'branch'
  return TERM.test(value) ? 'term' : DAY.test(value) ? 'day' : 'text'
}

/** Days, hours, minutes and seconds of a term; null for what is none. */
export function partsOf(term: string): [number, number, number, number] | null {
  const found = TERM.exec(term)
  return found && [Number(found[1] ?? 0), Number(found[2] ?? 0), Number(found[3] ?? 0), Number(found[4] ?? 0)]
}

export const isDay = (text: string): boolean => DAY.test(text)

export function entriesOf(value: Json): [string | number, Json][] {
  if (Array.isArray(value)) return value.map((item, at) => [at, item])
  return isObject(value) ? Object.entries(value) : []
}

/** A copy with another value at the path; undefined takes it away. */
export function withValue(value: Json, path: Path, next: Json | undefined): Json {
  const [key, ...rest] = path
  if (key === undefined) return next ?? null
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => (at !== key ? [item] : rest.length ? [withValue(item, rest, next)] : next === undefined ? [] : [next]))
  }
  const object: JsonObject = isObject(value) ? { ...value } : {}
  if (rest.length) object[key] = withValue(object[key] ?? {}, rest, next)
  else if (next === undefined) delete object[key]
  else object[key] = next
  return object
}

/** A new item as it is typed: a number, true, false or a text. */
export function typed(text: string): Json {
  const words = text.trim()
  if (words === 'true' || words === 'false') return words === 'true'
  if (NUMBER.test(words) && String(Number(words)) === words) return Number(words)
  return words
}

/** Whether a name or a value inside holds the text. */
export function holds(name: string | number, value: Json, wanted: string): boolean {
  const inside = (text: string): boolean => text.toLowerCase().includes(wanted.toLowerCase())
  if (inside(String(name))) return true
  return kindOf(value) === 'branch' ? entriesOf(value).some(([key, item]) => holds(key, item, wanted)) : inside(String(value))
}

/** Files that read a parameter; null where one reads them all at once, so that nothing can be said. */
export function readersOf(name: string, files: readonly { name: string; content: string }[]): string[] | null {
  const word = new RegExp(`\\bparameters(?:\\.${name}\\b|\\['${name}'\\]|, ['"]${name}['"])`)
  const found = files.filter(({ content }) => word.test(content.replace(/&apos;|&#39;/g, "'"))).map((file) => file.name)
  if (found.length) return found
  return files.some(({ content }) => /\bparameters\b(?!\.[A-Za-z_]|\['|, ')/.test(content)) ? null : []
}
