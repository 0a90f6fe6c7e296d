/**
 * Marks on a drawing of pools that talk: institutions at the pools, tokens and steps behind them, what is awaited under the
 * element that waits, and on every arrow that a message has taken when it went and whether it arrived. Of a black box nothing
 * but its frame and its arrows is drawn.
 */
import { badge, isAround } from '../diagram/marks'
import type { Canvas, Overlays, Registry, Shape } from '../diagram/viewer'

export interface Words {
  element: string
  words: string
  title: string
}

export interface TalkMarks {
  /** What may be looked at first, the best first. */
  firsts: string[]
  tokens: Words[]
  done: string[]
  awaits: Words[]
  flows: (Words & { arrow: 'gone' | 'waiting' | 'dead' })[]
  pools: Words[]
  blackBoxes: string[]
}

const MARKS = ['is-now', 'is-around', 'is-done', 'is-awaiting', 'is-hidden', 'is-black', 'flow-gone', 'flow-waiting', 'flow-dead', 'pool-1', 'pool-2', 'pool-3', 'pool-4']
const LAYER = 'talk'
/** Tints of pools, as of the copies of a slip. */
const TINTS = 4

export function drawTalk(marks: TalkMarks, canvas: Canvas, overlays: Overlays, registry: Registry): string | undefined {
  registry.forEach((shape) => {
    for (const name of MARKS) canvas.removeMarker(shape.id, name)
  })
  overlays.remove({ type: LAYER })
  const hidden = new Set<string>()
  for (const id of marks.blackBoxes) blacken(registry.get(id), canvas, hidden)
  const drawn = (id: string): Shape | undefined => (hidden.has(id) ? undefined : registry.get(id))
  const put = (id: string, position: object, name: string, { words, title }: Words) =>
    overlays.add(id, LAYER, { position, html: badge(name, words, title) })
  for (const id of marks.done) {
    const shape = drawn(id)
    if (shape && !isAround(shape)) canvas.addMarker(id, 'is-done')
  }
  for (const token of marks.tokens) {
    const shape = drawn(token.element)
    if (!shape) continue
    canvas.addMarker(shape.id, isAround(shape) ? 'is-around' : 'is-now')
    if (!isAround(shape)) put(shape.id, { top: -11, right: 11 }, 'token', token)
  }
  for (const awaited of marks.awaits) {
    if (!drawn(awaited.element)) continue
    canvas.addMarker(awaited.element, 'is-awaiting')
    put(awaited.element, { bottom: -6, left: 0 }, 'talk-awaits', awaited)
  }
  marks.pools.forEach((pool, at) => {
    if (!registry.get(pool.element)) return
    canvas.addMarker(pool.element, `pool-${(at % TINTS) + 1}`)
    put(pool.element, { top: 6, left: 36 }, 'talk-pool', pool)
  })
  for (const flow of marks.flows) {
    const shape = registry.get(flow.element)
    if (!shape?.waypoints) continue
    canvas.addMarker(shape.id, `flow-${flow.arrow}`)
    put(shape.id, middle(shape.waypoints), `talk-flow ${flow.arrow}`, flow)
  }
  return marks.firsts.find((id) => [drawn(id)].some((shape) => shape && !isAround(shape))) ?? marks.firsts.find(drawn)
}

function blacken(pool: Shape | undefined, canvas: Canvas, hidden: Set<string>): void {
  if (!pool) return
  canvas.addMarker(pool.id, 'is-black')
  const hide = (shape: Shape): void => {
    for (const inner of shape.children ?? []) {
      hidden.add(inner.id)
      canvas.addMarker(inner.id, 'is-hidden')
      hide(inner)
    }
  }
  hide(pool)
}

/** Half way along an arrow, from the corner of the box that it is in, which is what overlays are put by. */
function middle(points: { x: number; y: number }[]): { left: number; top: number } {
  const lengths = points.slice(1).map((point, at) => Math.hypot(point.x - points[at]!.x, point.y - points[at]!.y))
  let rest = lengths.reduce((sum, length) => sum + length, 0) / 2
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))]
  for (const [at, length] of lengths.entries()) {
    if (rest <= length) {
      const share = length ? rest / length : 0
      const [from, to] = [points[at]!, points[at + 1]!]
      return { left: from.x + (to.x - from.x) * share - left, top: from.y + (to.y - from.y) * share - top }
    }
    rest -= length
  }
  return { left: 0, top: 0 }
}
