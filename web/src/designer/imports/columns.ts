/** The plainest drawing of a process: one column for each step from its starts, subprocesses open, the ways with two corners. */
import { attribute, childrenOf, type Element } from '../text/xml'
import { extent, NODES, sizeOf, type Box, type Layout } from './places'

const [ASIDE, BELOW, INSIDE] = [70, 50, 40]

export function inColumns(holder: Element): Layout {
  const layout: Layout = { shapes: new Map(), edges: new Map() }
  const nodes = holder.children.filter(({ local }) => NODES.test(local))
  const flows = childrenOf(holder, 'sequenceFlow')
  let left = 0
  for (const column of columns(nodes, flows)) {
    let [top, widest] = [0, 0]
    for (const node of column) {
      const inner = node.children.some(({ local }) => NODES.test(local)) ? inColumns(node) : null
      const box = { x: left, y: top, ...(inner ? around(inner) : sizeOf(node)) }
      put(node, box, inner, layout)
      top += box.height + BELOW
      widest = Math.max(widest, box.width)
    }
    left += widest + ASIDE
  }
  const hosted = new Map<string, number>()
  for (const node of nodes.filter(isAttached)) {
    const host = layout.shapes.get(attribute(node, 'attachedToRef') ?? '')
    const nth = hosted.get(attribute(node, 'attachedToRef') ?? '') ?? 0
    hosted.set(attribute(node, 'attachedToRef') ?? '', nth + 1)
    if (host) put(node, { x: host.x + 12 + nth * 44, y: host.y + host.height - 18, width: 36, height: 36 }, null, layout)
  }
  for (const flow of flows) join(flow, layout)
  return layout
}

const isAttached = ({ local }: Element): boolean => local === 'boundaryEvent'

function around(inner: Layout): { width: number; height: number } {
  const { width, height } = extent(inner)
  return { width: width + 2 * INSIDE, height: height + 2 * INSIDE }
}

function put(node: Element, box: Box, inner: Layout | null, layout: Layout): void {
  layout.shapes.set(attribute(node, 'id') ?? '', { ...box, expanded: inner ? 'true' : undefined })
  if (!inner) return
  const { x, y } = extent(inner)
  const by = { x: box.x + INSIDE - x, y: box.y + INSIDE - y }
  for (const [id, shape] of inner.shapes) layout.shapes.set(id, { ...shape, x: shape.x + by.x, y: shape.y + by.y })
  for (const [id, points] of inner.edges) layout.edges.set(id, points.map((point) => ({ x: point.x + by.x, y: point.y + by.y })))
}

/** Steps by how many others lie between them and the nearest start; a step at the edge of another counts as it. */
function columns(nodes: readonly Element[], flows: readonly Element[]): Element[][] {
  const byId = new Map(nodes.map((node) => [attribute(node, 'id') ?? '', node]))
  const next = new Map<Element, Element[]>(nodes.map((node) => [node, []]))
  const led = new Set<Element>(nodes.filter(isAttached))
  for (const flow of flows) {
    const [from, to] = [byId.get(attribute(flow, 'sourceRef') ?? ''), byId.get(attribute(flow, 'targetRef') ?? '')]
    if (!from || !to) continue
    next.get(isAttached(from) ? (byId.get(attribute(from, 'attachedToRef') ?? '') ?? from) : from)?.push(to)
    led.add(to)
  }
  const found: Element[][] = []
  const seen = new Set<Element>()
  let open = nodes.filter((node) => !led.has(node))
  while (open.length) {
    const column = [...new Set(open)].filter((node) => !seen.has(node))
    for (const node of column) seen.add(node)
    if (column.length) found.push(column)
    open = column.flatMap((node) => next.get(node) ?? [])
  }
  const left = nodes.filter((node) => !seen.has(node) && !isAttached(node))
  return left.length ? [...found, left] : found
}

function join(flow: Element, layout: Layout): void {
  const [from, to] = [layout.shapes.get(attribute(flow, 'sourceRef') ?? ''), layout.shapes.get(attribute(flow, 'targetRef') ?? '')]
  if (!from || !to) return
  const start = { x: from.x + from.width, y: from.y + from.height / 2 }
  const end = { x: to.x, y: to.y + to.height / 2 }
  const [low, back] = [Math.max(from.y + from.height, to.y + to.height) + BELOW / 2, end.x < start.x]
  const corners = back
    ? [{ x: from.x + from.width / 2, y: from.y + from.height }, { x: from.x + from.width / 2, y: low }, { x: to.x + to.width / 2, y: low }, { x: to.x + to.width / 2, y: to.y + to.height }]
    : start.y === end.y ? [start, end] : [start, { x: end.x - ASIDE / 2, y: start.y }, { x: end.x - ASIDE / 2, y: end.y }, end]
  layout.edges.set(attribute(flow, 'id') ?? '', corners)
}
