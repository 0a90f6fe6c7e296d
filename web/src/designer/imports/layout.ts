/**
 * A drawing for a diagram that has none. Each process is laid out by bpmn-auto-layout, which knows one process at a time; the
 * pools are put one below the other, and message flows lead from one to the next. Of all this only the drawing is put into the
 * file's own text, so that nothing that the layouter does not know is lost.
 */
import { inColumns } from './columns'
import { extent, NODES, sizeOf, type Layout, type Point, type Box } from './places'
import { attribute, childOf, childrenOf, escaped, insertInside, scan, setAttribute, spliced, within, type Element } from '../text/xml'

const NAMESPACES: Readonly<Record<string, string>> = {
  bpmndi: 'http://www.omg.org/spec/BPMN/20100524/DI',
  dc: 'http://www.omg.org/spec/DD/20100524/DC',
  di: 'http://www.omg.org/spec/DD/20100524/DI',
}
const [MARGIN, BAND, BETWEEN, EMPTY_HEIGHT, LEFT, TOP] = [40, 30, 60, 80, 160, 80]
/** What stands in a row of what the layouter has left out. */
const [COLUMN, ROW, IN_A_ROW] = [150, 120, 6]

export interface Drawn {
  text: string
  /** Steps for which there is no place. */
  missing: number
}
/** Whether a BPMN file holds the drawing of at least one element. Raises NotXml. */
export const isDrawn = (text: string): boolean => within(scan(text), 'BPMNShape').length > 0

/** The file with a drawing. Raises what the layouter raises, and NotXml. */
export async function drawn(text: string): Promise<Drawn> {
  const root = scan(text)
  const processes = childrenOf(root, 'process')
  const collaboration = childOf(root, 'collaboration')
  const whole: Layout = { shapes: new Map(), edges: new Map() }
  if (collaboration) await pools(text, root, collaboration, processes, whole)
  else if (processes[0]) move(await laidOut(text, root, processes[0]), { x: 0, y: 0 }, whole)
  const splices = childrenOf(root, 'BPMNDiagram').flatMap(({ start, end }) => [{ start, end, text: '' }])
  const shown = collaboration ?? processes[0]
  if (shown) splices.push(...insertInside(text, root, diagram(whole, attribute(shown, 'id') ?? '')))
  for (const [prefix, uri] of Object.entries(NAMESPACES)) {
    if (!root.attributes.some(({ name }) => name === `xmlns:${prefix}`)) splices.push(...setAttribute(root, `xmlns:${prefix}`, uri))
  }
  const nodes = (collaboration ? processes : processes.slice(0, 1)).flatMap(nodesIn)
  return { text: spliced(text, splices), missing: nodes.filter((node) => !whole.shapes.has(attribute(node, 'id') ?? '')).length }
}

/** Every pool below the one before, all as wide as the widest; then the messages between them. */
async function pools(text: string, root: Element, collaboration: Element, processes: readonly Element[], whole: Layout): Promise<void> {
  let top = TOP
  const bands: [string, Box & { expanded: string | undefined }][] = []
  for (const pool of childrenOf(collaboration, 'participant')) {
    const process = processes.find((one) => attribute(one, 'id') === attribute(pool, 'processRef'))
    const layout = process && (await laidOut(text, root, process))
    const around = layout && extent(layout)
    const height = around ? around.height + 2 * MARGIN : EMPTY_HEIGHT
    if (layout && around) move(layout, { x: LEFT + BAND + MARGIN - around.x, y: top + MARGIN - around.y }, whole)
    bands.push([attribute(pool, 'id') ?? '', { x: LEFT, y: top, width: (around?.width ?? 0) + BAND + 2 * MARGIN, height, expanded: undefined }])
    top += height + BETWEEN
  }
  const width = Math.max(600, ...bands.map(([, band]) => band.width))
  for (const [id, band] of bands) whole.shapes.set(id, { ...band, width })
  for (const flow of childrenOf(collaboration, 'messageFlow')) {
    const [from, to] = [whole.shapes.get(attribute(flow, 'sourceRef') ?? ''), whole.shapes.get(attribute(flow, 'targetRef') ?? '')]
    if (from && to) whole.edges.set(attribute(flow, 'id') ?? '', message(from, to, bands.map(([, band]) => band)))
  }
}

/** Down or up from one to the other, sideways between the pools. A pool as an end is met where the other end is. */
function message(from: Box, to: Box, bands: readonly Box[]): Point[] {
  const isPool = (box: Box) => bands.some((band) => band.x === box.x && band.y === box.y)
  const middle = (box: Box) => box.x + box.width / 2
  const fromX = isPool(from) && !isPool(to) ? middle(to) : middle(from)
  const toX = isPool(to) ? fromX : middle(to)
  const down = from.y < to.y
  const [start, end] = [down ? from.y + from.height : from.y, down ? to.y : to.y + to.height]
  if (fromX === toX) return [{ x: fromX, y: start }, { x: toX, y: end }]
  const own = bands.find((band) => band.y <= from.y && from.y < band.y + band.height) ?? from
  const aisle = down ? own.y + own.height + BETWEEN / 2 : own.y - BETWEEN / 2
  return [{ x: fromX, y: start }, { x: fromX, y: aisle }, { x: toX, y: aisle }, { x: toX, y: end }]
}

/** One process alone, as the layouter draws it, with a place below for what it leaves out. */
async function laidOut(text: string, root: Element, process: Element): Promise<Layout> {
  const { layoutProcess } = await import('bpmn-auto-layout')
  const others = root.children.filter((child) => child !== process && ['process', 'collaboration', 'BPMNDiagram'].includes(child.local))
  const alone = spliced(text, [...others.map(({ start, end }) => ({ start, end, text: '' })), ...insertInside(text, root, opened(process))])
  const found: Layout = { shapes: new Map(), edges: new Map() }
  // The layouter gives up on some processes whose ways come together and part many times.
  const laid = await layoutProcess(alone).catch(() => null)
  if (laid === null) return inColumns(process)
  for (const plane of within(scan(laid), 'BPMNPlane').slice(0, 1)) read(plane, found)
  complete(process, found)
  return found
}

/** A drawing that says that every subprocess shows what is in it: what the layouter does not find open it leaves empty. */
function opened(process: Element): string {
  const [bpmndi, dc] = [NAMESPACES.bpmndi!, NAMESPACES.dc!]
  const holders = ['subProcess', 'transaction', 'adHocSubProcess'].flatMap((local) => within(process, local)).map((one) => attribute(one, 'id') ?? '')
  const shapes = holders.map((id) => `<i:BPMNShape id="${id}_open" bpmnElement="${id}" isExpanded="true"><c:Bounds x="0" y="0" width="300" height="200"/></i:BPMNShape>`).join('')
  return `<i:BPMNDiagram xmlns:i="${bpmndi}" xmlns:c="${dc}" id="diagram_open"><i:BPMNPlane id="plane_open" bpmnElement="${attribute(process, 'id')}">${shapes}</i:BPMNPlane></i:BPMNDiagram>`
}

function read(plane: Element, into: Layout): void {
  const number = (element: Element, name: string) => Number(attribute(element, name) ?? 0)
  for (const shape of childrenOf(plane, 'BPMNShape')) {
    const bounds = childOf(shape, 'Bounds')
    if (bounds) into.shapes.set(attribute(shape, 'bpmnElement') ?? '', { x: number(bounds, 'x'), y: number(bounds, 'y'), width: number(bounds, 'width'), height: number(bounds, 'height'), expanded: attribute(shape, 'isExpanded') })
  }
  for (const edge of childrenOf(plane, 'BPMNEdge')) into.edges.set(attribute(edge, 'bpmnElement') ?? '', childrenOf(edge, 'waypoint').map((point) => ({ x: number(point, 'x'), y: number(point, 'y') })))
}

/** Steps on this level that have no place get one in rows below; flows between steps that are shown are straight. */
function complete(process: Element, layout: Layout): void {
  const around = extent(layout)
  const left = process.children.filter((node) => NODES.test(node.local) && !layout.shapes.has(attribute(node, 'id') ?? ''))
  left.forEach((node, at) => {
    const host = layout.shapes.get(attribute(node, 'attachedToRef') ?? '')
    const place = host ? { x: host.x + host.width - 30, y: host.y + host.height - 18 } : { x: around.x + (at % IN_A_ROW) * COLUMN, y: around.y + around.height + 40 + Math.floor(at / IN_A_ROW) * ROW }
    layout.shapes.set(attribute(node, 'id') ?? '', { ...place, ...sizeOf(node), expanded: undefined })
  })
  for (const flow of childrenOf(process, 'sequenceFlow')) {
    const [from, to] = [layout.shapes.get(attribute(flow, 'sourceRef') ?? ''), layout.shapes.get(attribute(flow, 'targetRef') ?? '')]
    const id = attribute(flow, 'id') ?? ''
    if (from && to && !layout.edges.has(id)) layout.edges.set(id, [{ x: from.x + from.width, y: from.y + from.height / 2 }, { x: to.x, y: to.y + to.height / 2 }])
  }
}

function move(layout: Layout, by: Point, into: Layout): void {
  for (const [id, box] of layout.shapes) into.shapes.set(id, { ...box, x: box.x + by.x, y: box.y + by.y })
  for (const [id, points] of layout.edges) into.edges.set(id, points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })))
}

function diagram({ shapes, edges }: Layout, element: string): string {
  const lines = [`  <bpmndi:BPMNPlane id="${element}_plane" bpmnElement="${escaped(element)}">`]
  for (const [id, { x, y, width, height, expanded }] of shapes) {
    lines.push(`    <bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"${expanded ? ` isExpanded="${expanded}"` : ''}><dc:Bounds x="${x}" y="${y}" width="${width}" height="${height}" /></bpmndi:BPMNShape>`)
  }
  for (const [id, points] of edges) {
    lines.push(`    <bpmndi:BPMNEdge id="${id}_di" bpmnElement="${id}">${points.map(({ x, y }) => `<di:waypoint x="${x}" y="${y}" />`).join('')}</bpmndi:BPMNEdge>`)
  }
  return [`<bpmndi:BPMNDiagram id="${element}_diagram">`, ...lines, '  </bpmndi:BPMNPlane>', '</bpmndi:BPMNDiagram>'].map((line, at) => (at ? `  ${line}` : line)).join('\n')
}

const nodesIn = (element: Element): Element[] => element.children.flatMap((child) => [...(NODES.test(child.local) ? [child] : []), ...nodesIn(child)])
