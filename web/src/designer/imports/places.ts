/** Where the parts of a drawing are, before it is written. */
import type { Element } from '../text/xml'

export interface Point {
  x: number
  y: number
}
export interface Box extends Point {
  width: number
  height: number
}
export interface Layout {
  shapes: Map<string, Box & { expanded: string | undefined }>
  edges: Map<string, Point[]>
}

/** Names of the elements that are steps. */
export const NODES = /^(startEvent|endEvent|intermediate\w+Event|boundaryEvent|\w*[tT]ask|callActivity|subProcess|transaction|adHocSubProcess|\w+Gateway)$/

/** The size of a step that shows nothing inside. */
export function sizeOf({ local }: Element): { width: number; height: number } {
  if (local.endsWith('Event')) return { width: 36, height: 36 }
  return local.endsWith('Gateway') ? { width: 50, height: 50 } : { width: 100, height: 80 }
}

/** The smallest box around everything. */
export function extent({ shapes, edges }: Layout): Box {
  const points = [...[...shapes.values()].flatMap(({ x, y, width, height }) => [{ x, y }, { x: x + width, y: y + height }]), ...[...edges.values()].flat()]
  if (!points.length) return { x: 0, y: 0, width: 0, height: 0 }
  const [x, y] = [Math.min(...points.map((point) => point.x)), Math.min(...points.map((point) => point.y))]
  return { x, y, width: Math.max(...points.map((point) => point.x)) - x, height: Math.max(...points.map((point) => point.y)) - y }
}
