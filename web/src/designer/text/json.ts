/**
 * JSON that is changed in its own text. `amended` gives the text of another value in which everything that did not change
 * stays to the letter: line breaks, spaces, the spelling of numbers. A file edited here and one edited by hand look alike in
 * a comparison, which then shows only what somebody meant to change.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** The text is no JSON; `line` and `column` count from one. */
export class NotJson extends Error {
  constructor(
    readonly line: number,
    readonly column: number,
  ) {
    super(`not JSON at ${line}:${column}`)
  }
}

interface Member {
  key: string
  /** Where the key's quote opens. */
  start: number
  piece: Piece
}

/** A value with its place in the text. */
interface Piece {
  value: Json
  start: number
  end: number
  items?: Piece[]
  members?: Member[]
}

const SPACE = /[ \t\n\r]*/y
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

class Reader {
  at = 0
  constructor(readonly text: string) {}

  whole(): Piece {
    this.space()
    const piece = this.piece()
    this.space()
    if (this.at < this.text.length) this.fail()
    return piece
  }

  private piece(): Piece {
    const open = this.text[this.at]
    if (open === '{') return this.object()
    if (open === '[') return this.array()
    return this.scalar()
  }

  private scalar(): Piece {
    SCALAR.lastIndex = this.at
    const found = SCALAR.exec(this.text)
    if (!found) this.fail()
    const start = this.at
    this.at += found![0].length
    return { value: JSON.parse(found![0]) as Json, start, end: this.at }
  }

  private object(): Piece {
    const start = this.at
    const members: Member[] = []
    this.list('}', () => {
      const from = this.at
      if (this.text[from] !== '"') this.fail()
      const key = String(this.scalar().value)
      // A repeated key would be lost in silence.
      if (members.some((member) => member.key === key)) this.fail(from)
      this.space()
      this.expect(':')
      this.space()
      members.push({ key, start: from, piece: this.piece() })
    })
    return { value: Object.fromEntries(members.map(({ key, piece }) => [key, piece.value])), start, end: this.at, members }
  }

  private array(): Piece {
    const start = this.at
    const items: Piece[] = []
    this.list(']', () => items.push(this.piece()))
    return { value: items.map(({ value }) => value), start, end: this.at, items }
  }

  private list(close: string, one: () => void): void {
    this.at++
    this.space()
    while (this.text[this.at] !== close) {
      one()
      this.space()
      if (this.text[this.at] === close) break
      this.expect(',')
      this.space()
      if (this.text[this.at] === close) this.fail()
    }
    this.at++
  }

  private expect(sign: string): void {
    if (this.text[this.at] !== sign) this.fail()
    this.at++
  }

  private space(): void {
    SPACE.lastIndex = this.at
    this.at += SPACE.exec(this.text)![0].length
  }

  private fail(at = this.at): never {
    const before = this.text.slice(0, at).split('\n')
    throw new NotJson(before.length, before.at(-1)!.length + 1)
  }
}

/** The value of a text. Raises NotJson. */
export function parsed(text: string): Json {
  return new Reader(text).whole().value
}

/** `text` changed so that it says `next`. Raises NotJson where `text` cannot be read. */
export function amended(text: string, next: Json): string {
  const whole = new Reader(text).whole()
  return text.slice(0, whole.start) + new Writer(text).amend(whole, next, '') + text.slice(whole.end)
}

/** A new text in the manner of the library: two spaces, and on one line what is short. */
export function printed(value: Json): string {
  return `${fresh(value, '')}\n`
}

const STEP = '  '
const WIDTH = 120

function fresh(value: Json, indent: string): string {
  const line = oneLine(value)
  const inner = indent + STEP
  if (Array.isArray(value)) {
    const short = indent.length + line.length <= WIDTH && !value.some((item) => isObject(item) && 'type' in item)
    if (!value.length || short) return line
    return `[\n${value.map((item) => inner + fresh(item, inner)).join(',\n')}\n${indent}]`
  }
  if (!isObject(value)) return line
  const entries = Object.entries(value)
  if (!entries.length || (!('type' in value) && indent.length + line.length <= WIDTH)) return line
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${fresh(item, inner)}`).join(',\n')}\n${indent}}`
}

function oneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (isObject(value)) return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`).join(', ')}}`
  return JSON.stringify(value)
}

class Writer {
  constructor(readonly text: string) {}

  /** The text of `next` in the place of `piece`, where lines begin with `indent`. */
  amend(piece: Piece, next: Json, indent: string): string {
    if (same(piece.value, next)) return this.moved(piece, indent)
    if (piece.members?.length && isObject(next) && Object.keys(next).length) return this.object(piece, piece.members, next, indent)
    if (piece.items?.length && Array.isArray(next) && next.length) return this.array(piece, piece.items, next, indent)
    return fresh(next, indent)
  }

  /** The piece as it was, its lines pushed in or out to where it stands. */
  private moved(piece: Piece, indent: string): string {
    const text = this.text.slice(piece.start, piece.end)
    const before = this.indentAt(piece.start)
    if (before === indent || !text.includes('\n')) return text
    return text.split('\n').map((line, at) => (at && line.startsWith(before) ? indent + line.slice(before.length) : line)).join('\n')
  }

  private indentAt(at: number): string {
    const line = this.text.lastIndexOf('\n', at - 1) + 1
    return /^[ \t]*/.exec(this.text.slice(line, at))![0]
  }

  private object(piece: Piece, members: Member[], next: JsonObject, indent: string): string {
    const parts = Object.entries(next).map(([key, value]) => {
      const at = members.findIndex((member) => member.key === key)
      return { at, start: members[at]?.start ?? -1, end: members[at]?.piece.end ?? -1, key, value }
    })
    return this.joined(piece, members[0]!.start, members.at(-1)!.piece.end, parts, indent, ({ at, key, value }, inner) => {
      const old = members[at]
      const name = old ? this.text.slice(old.start, old.piece.start) : `${JSON.stringify(key)}: `
      return name + (old ? this.amend(old.piece, value, inner) : fresh(value, inner))
    })
  }

  private array(piece: Piece, items: Piece[], next: Json[], indent: string): string {
    const matched = matches(items, next)
    const parts = next.map((value, index) => {
      const at = matched[index]!
      return { at, start: items[at]?.start ?? -1, end: items[at]?.end ?? -1, value }
    })
    return this.joined(piece, items[0]!.start, items.at(-1)!.end, parts, indent, ({ at, value }, inner) => {
      const old = items[at]
      return old ? this.amend(old, value, inner) : fresh(value, inner)
    })
  }

  /** Parts of a container with the old text between those that were neighbours before. */
  private joined<Part extends { at: number; start: number; end: number }>(
    piece: Piece, first: number, last: number, parts: Part[], indent: string, write: (part: Part, inner: string) => string,
  ): string {
    const head = this.text.slice(piece.start + 1, first)
    const broken = head.includes('\n')
    const inner = broken ? indent + STEP : indent
    let text = `${this.text[piece.start]}${broken ? `\n${inner}` : head}`
    parts.forEach((part, index) => {
      const previous = parts[index - 1]
      const kept = previous && previous.at >= 0 && part.at === previous.at + 1
      if (previous) text += kept ? this.between(previous.end, part.start, inner) : broken ? `,\n${inner}` : ', '
      text += write(part, inner)
    })
    return text + (broken ? `\n${indent}` : this.text.slice(last, piece.end - 1)) + this.text[piece.end - 1]
  }

  private between(from: number, to: number, inner: string): string {
    return this.text.slice(from, to).replace(/\n[ \t]*$/, `\n${inner}`)
  }
}

/** For each new item the place of the old one that it comes from, -1 for a new one. */
function matches(items: Piece[], next: Json[]): number[] {
  const free = new Set(items.keys())
  const take = (test: (old: Json) => boolean): number => {
    for (const at of free) {
      if (!test(items[at]!.value)) continue
      free.delete(at)
      return at
    }
    return -1
  }
  const found = next.map((value) => take((old) => same(old, value)))
  next.forEach((value, index) => {
    if (found[index]! < 0 && isObject(value) && typeof value.id === 'string') found[index] = take((old) => isObject(old) && old.id === value.id)
  })
  // What is left has no name: as long as the number of items is the same, each stands in its place.
  if (items.length === next.length) {
    next.forEach((_, index) => {
      if (found[index]! < 0 && free.delete(index)) found[index] = index
    })
  }
  return found
}

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

export function same(left: Json, right: Json): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((item, at) => same(item, right[at]!))
  if (!isObject(left) || !isObject(right)) return false
  const [mine, other] = [Object.keys(left), Object.keys(right)]
  return mine.length === other.length && mine.every((key, at) => key === other[at] && same(left[key]!, right[key]!))
}
