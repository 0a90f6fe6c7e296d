/**
 * Long lists are drawn in blocks, and a block far from view is only its height. Short lists are drawn whole, so the browser's
 * own search finds every row.
 */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

const WHOLE = 200
const BLOCK = 40
const GUESS_PX = 52

interface Props<Item> {
  items: Item[]
  windowed: boolean
  children: (item: Item) => ComponentChildren
}

export function Blocks<Item>({ items, windowed, children }: Props<Item>) {
  if (!windowed) return <ul>{items.map(children)}</ul>
  const blocks = Array.from({ length: Math.ceil(items.length / BLOCK) }, (_, at) => items.slice(at * BLOCK, (at + 1) * BLOCK))
  return (
    <ul>
      {blocks.map((block, at) => <Block key={at} size={block.length}>{() => block.map(children)}</Block>)}
    </ul>
  )
}

export function isLong(count: number): boolean {
  return count > WHOLE
}

function Block({ size, children }: { size: number; children: () => ComponentChildren }) {
  const element = useRef<HTMLLIElement>(null)
  const height = useRef(size * GUESS_PX)
  const [near, setNear] = useState(false)
  useLayoutEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return
        if (!entry.isIntersecting && entry.boundingClientRect.height) height.current = entry.boundingClientRect.height
        setNear(entry.isIntersecting)
      },
      // The margin is counted from the pane that scrolls, not from the window.
      { root: element.current!.closest('.list'), rootMargin: '1200px 0px' },
    )
    observer.observe(element.current!)
    return () => observer.disconnect()
  }, [])
  return (
    <li ref={element} class="block" style={near ? {} : { height: `${height.current}px` }}>
      {near && <ul>{children()}</ul>}
    </li>
  )
}
