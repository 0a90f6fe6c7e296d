/**
 * XML that is changed in its own text. Elements know where they stand; a change is a splice of the text, so that comments,
 * line breaks and whatever this program does not know stay to the letter. Namespaces are not resolved: names are told apart by
 * their local part, as the files of modelling tools differ in prefixes alone.
 */
export interface Attribute {
  name: string
  value: string
  /** The whole `name="value"` with the space before it. */
  start: number
  end: number
}

export interface Element {
  /** As written, with a prefix. */
  name: string
  local: string
  attributes: Attribute[]
  children: Element[]
  parent: Element | null
  /** Text directly inside, references resolved. */
  text: string
  start: number
  /** Behind the name of the start tag. */
  nameEnd: number
  /** Behind the start tag. */
  openEnd: number
  /** Where the end tag begins; equal to `openEnd` where there is none. */
  closeStart: number
  end: number
  closed: boolean
}

export interface Splice {
  start: number
  end: number
  text: string
}

/** The text is no well-formed XML, or has a document type, which no process file needs. */
export class NotXml extends Error {
  constructor(readonly line: number) {
    super(`not XML at line ${line}`)
  }
}

const SKIPPED = /<\?[^]*?\?>|<!--[^]*?-->/y
const CDATA = /<!\[CDATA\[([^]*?)\]\]>/y
const OPEN = /<([^\s<>/="'!?]+)((?:\s+[^\s<>/="']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const CLOSE = /<\/([^\s<>/]+)\s*>/y
const TEXT = /[^<]+/y
const ATTRIBUTE = /\s+([^\s<>/="']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot|apos));/g
const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The root element of a text. Raises NotXml. */
export function scan(text: string): Element {
  let at = text.startsWith('\ufeff') ? 1 : 0
  let root: Element | null = null
  let open: Element | null = null
  const fail = (): never => {
    throw new NotXml(text.slice(0, at).split('\n').length)
  }
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at = pattern.lastIndex
    return found
  }
  while (at < text.length) {
    if (match(SKIPPED)) continue
    const start = at
    const cdata = match(CDATA)
    const plain = cdata ?? match(TEXT)
    if (plain) {
      const words = cdata ? cdata[1]! : resolved(plain[0])
      if (open) open.text += words
      else if (words.trim()) fail()
      continue
    }
    const close = match(CLOSE)
    if (close) {
      if (!open || open.name !== close[1]) fail()
      open!.closeStart = start
      open!.end = at
      open = open!.parent
      continue
    }
    const tag = match(OPEN)
    if (!tag || (!open && root)) fail()
    const element: Element = {
      name: tag![1]!, local: localOf(tag![1]!), attributes: attributesOf(tag![2]!, start + 1 + tag![1]!.length), children: [], parent: open, text: '',
      start, nameEnd: start + 1 + tag![1]!.length, openEnd: at, closeStart: at, end: at, closed: tag![3] === '/',
    }
    if (open) open.children.push(element)
    else root = element
    if (!element.closed) open = element
  }
  if (open || !root) fail()
  return root!
}

const localOf = (name: string): string => name.slice(name.indexOf(':') + 1)

function attributesOf(text: string, at: number): Attribute[] {
  return [...text.matchAll(ATTRIBUTE)].map((found) => ({
    name: found[1]!, value: resolved(found[2] ?? found[3] ?? ''), start: at + found.index, end: at + found.index + found[0].length,
  }))
}

function resolved(text: string): string {
  return text.replace(REFERENCE, (_, hex: string | undefined, decimal: string | undefined, name: string | undefined) =>
    name ? NAMED[name]! : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)))
}

// --- reading

/** The attribute by its local name. */
export function attribute(element: Element, local: string): string | undefined {
  return element.attributes.find(({ name }) => localOf(name) === local)?.value
}

export const childrenOf = (element: Element, local: string): Element[] => element.children.filter((child) => child.local === local)
export const childOf = (element: Element | undefined, local: string): Element | undefined => element?.children.find((child) => child.local === local)

/** The elements of that local name inside, in the order of the text. */
export function within(element: Element, local: string): Element[] {
  return element.children.flatMap((child) => [...(child.local === local ? [child] : []), ...within(child, local)])
}

// --- writing

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
export const quoted = (text: string): string => `"${escaped(text).replace(/"/g, '&quot;').replace(/\n/g, '&#10;')}"`
export { escaped }

/** The attribute set, added behind the others, or taken away with null. `name` is written with its prefix. */
export function setAttribute(element: Element, name: string, value: string | null): Splice[] {
  const old = element.attributes.find((one) => one.name === name || localOf(one.name) === localOf(name))
  if (old) return [{ start: old.start, end: old.end, text: value === null ? '' : ` ${old.name}=${quoted(value)}` }]
  const at = element.attributes.at(-1)?.end ?? element.nameEnd
  return value === null ? [] : [{ start: at, end: at, text: ` ${name}=${quoted(value)}` }]
}

/** The element's own text. It must have no children. */
export function setText(element: Element, text: string): Splice[] {
  if (element.text === text) return []
  if (element.closed) return [{ start: element.openEnd - 2, end: element.openEnd, text: `>${escaped(text)}</${element.name}>` }]
  return [{ start: element.openEnd, end: element.closeStart, text: escaped(text) }]
}

/** The element with the line break before it. */
export function remove(text: string, element: Element): Splice[] {
  return [{ start: lineStart(text, element), end: element.end, text: '' }]
}

/** An element as it is written, to stand on a line of its own. */
export function insertBefore(text: string, element: Element, xml: string): Splice[] {
  const at = lineStart(text, element)
  return [{ start: at, end: at, text: `${breakBefore(text, element)}${xml}` }]
}

export function insertAfter(text: string, element: Element, xml: string): Splice[] {
  return [{ start: element.end, end: element.end, text: `${breakBefore(text, element)}${xml}` }]
}

/** `xml` as the first (or the last) child. */
export function insertInside(text: string, element: Element, xml: string, where: 'first' | 'last' = 'last'): Splice[] {
  const [first, last] = [element.children[0], element.children.at(-1)]
  if (first && last) return where === 'first' ? insertBefore(text, first, xml) : insertAfter(text, last, xml)
  const outer = breakBefore(text, element)
  const inner = outer.includes('\n') ? `${outer}  ` : ''
  if (element.closed) return [{ start: element.openEnd - 2, end: element.openEnd, text: `>${inner}${xml}${outer}</${element.name}>` }]
  return [{ start: element.openEnd, end: element.closeStart, text: `${inner}${xml}${outer}` }]
}

function lineStart(text: string, element: Element): number {
  return element.start - breakBefore(text, element).length
}

/** The white space before an element that begins a line, with the line break; nothing where it follows another on its line. */
function breakBefore(text: string, element: Element): string {
  return /\r?\n[ \t]*$/.exec(text.slice(0, element.start))?.[0] ?? ''
}

export const sourceOf = (text: string, element: Element): string => text.slice(element.start, element.end)

/** The text with all splices done; they must not overlap. */
export function spliced(text: string, splices: Splice[]): string {
  const ordered = splices.map((splice, at) => ({ ...splice, at })).sort((one, other) => one.start - other.start || one.at - other.at)
  let result = ''
  let at = 0
  for (const { start, end, text: words } of ordered) {
    result += text.slice(at, start) + words
    at = end
  }
  return result + text.slice(at)
}
