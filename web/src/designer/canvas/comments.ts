/**
 * Comments of a file outlive the drawing, which does not know them: each is put back before what it stood before, or at the end
 * of what it stood in, or at the head of the file where neither is left.
 */
import { attribute, insertBefore, insertInside, scan, spliced, type Element, type Splice } from '../text/xml'

interface Comment {
  text: string
  at: number
}

const COMMENT = /<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->/g

export const commentsIn = (text: string): Comment[] =>
  [...text.matchAll(COMMENT)].filter(([found]) => found.startsWith('<!--')).map((found) => ({ text: found[0], at: found.index }))

/** `after` with the comments of `before` that it lacks. Both are well-formed. */
export function withComments(before: string, after: string): string {
  const there = new Set(commentsIn(after).map(({ text }) => text))
  const lost = commentsIn(before).filter(({ text }) => !there.has(text))
  if (!lost.length) return after
  const [old, fresh] = [scan(before), scan(after)]
  const known = new Map<string, Element>()
  index(fresh, keyOf(fresh, ''), known)
  return spliced(after, lost.flatMap((comment) => place(comment, old, fresh, known, after)))
}

function place({ text, at }: Comment, old: Element, fresh: Element, known: ReadonlyMap<string, Element>, after: string): Splice[] {
  if (at < old.start) return insertBefore(after, fresh, text)
  if (at >= old.end) return [{ start: fresh.end, end: fresh.end, text: `\n${text}` }]
  const keys = new Map<Element, string>()
  index(old, keyOf(old, ''), undefined, keys)
  let around = old
  for (let inner: Element | undefined = old; inner; inner = inner.children.find(({ start, end }) => start < at && at < end)) around = inner
  const next = around.children.find(({ start }) => start > at)
  const before = next && known.get(keys.get(next)!)
  if (before) return insertBefore(after, before, text)
  for (let holder: Element | null = around; holder; holder = holder.parent) {
    const there = known.get(keys.get(holder)!)
    if (there) return insertInside(after, there, text)
  }
  return insertBefore(after, fresh, text)
}

/** An element is the same where its id is, or its name and place among its like in what is the same. */
function keyOf(element: Element, inside: string): string {
  const id = attribute(element, 'id')
  if (id) return `#${element.local} ${id}`
  const alike = element.parent?.children.filter(({ local }) => local === element.local) ?? [element]
  return `${inside}/${element.local}[${alike.indexOf(element)}]`
}

function index(element: Element, key: string, byKey?: Map<string, Element>, byElement?: Map<Element, string>): void {
  byKey?.set(key, element)
  byElement?.set(element, key)
  for (const child of element.children) index(child, keyOf(child, key), byKey, byElement)
}
