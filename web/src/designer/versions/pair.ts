/** Two drawings side by side that move together; what differs is coloured on the side where it is. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import type { ChangedItem } from '../../api/designs'
import { ed } from '../../i18n/designer-editors'

export interface Pair {
  show: (element: string) => void
  close: () => void
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}
interface Canvas {
  zoom: (level?: number | 'fit-viewport', center?: 'auto') => number
  addMarker: (element: string, name: string) => void
  viewbox: (box?: Box) => Box & { scale: number }
  scrollToElement: (element: string, padding?: number) => void
  findRoot: (element: string) => object
  setRootElement: (root: object) => void
}
interface Registry {
  get: (id: string) => object | undefined
}
interface Bus {
  on: (event: string, act: () => void) => void
}
type Two<Kind> = readonly [Kind, Kind]

const COLOURS = { defaultFillColor: 'var(--paper)', defaultStrokeColor: 'var(--rule)', defaultLabelColor: 'var(--ink)' }
const READABLE = 0.8
/** Below this the labels of a whole drawing cannot be read. */
const LEAST = 0.6

/** `xml` is null on a side that does not have the file. */
export async function openPair(areas: Two<HTMLElement>, xml: Two<string | null>, marks: ReadonlyMap<string, ChangedItem['change']>): Promise<Pair> {
  const open = (side: 0 | 1) => (xml[side] === null ? null : opened(areas[side], xml[side], marks, side ? 'added' : 'removed'))
  const [before, after] = await Promise.all([open(0), open(1)])
  if (before && after) together(before, after)
  const show = (element: string) => {
    // The newer side leads where both have the element.
    const leader = [after, before].find((viewer) => viewer?.get<Registry>('elementRegistry').get(element))
    if (!leader) return
    const canvas = leader.get<Canvas>('canvas')
    canvas.setRootElement(canvas.findRoot(element))
    if (canvas.zoom() < READABLE) canvas.zoom(READABLE, 'auto')
    canvas.scrollToElement(element, 80)
  }
  // A large drawing as a whole shows nothing: the first thing that means something else is brought to the front.
  const fitted = (after ?? before)?.get<Canvas>('canvas').zoom() ?? 1
  const first = [...marks].find(([, mark]) => mark !== 'moved') ?? [...marks][0]
  if (fitted < LEAST && first) show(first[0])
  return {
    show,
    close: () => [before, after].forEach((viewer) => viewer?.destroy()),
  }
}

function together(before: NavigatedViewer, after: NavigatedViewer): void {
  let following = false
  const follow = (leader: NavigatedViewer, other: NavigatedViewer) => leader.get<Bus>('eventBus').on('canvas.viewbox.changed', () => {
    if (following) return
    following = true
    const { x, y, width, height } = leader.get<Canvas>('canvas').viewbox()
    other.get<Canvas>('canvas').viewbox({ x, y, width, height })
    following = false
  })
  follow(before, after)
  follow(after, before)
}

async function opened(area: HTMLElement, xml: string, marks: ReadonlyMap<string, ChangedItem['change']>, own: 'added' | 'removed'): Promise<NavigatedViewer> {
  const { fontFamily } = getComputedStyle(area)
  const viewer = new NavigatedViewer({ container: area, bpmnRenderer: COLOURS, textRenderer: { defaultStyle: { fontFamily } } })
  await viewer.importXML(xml)
  const canvas = viewer.get<Canvas>('canvas')
  const registry = viewer.get<Registry>('elementRegistry')
  for (const [element, mark] of marks) {
    if (registry.get(element) && (mark === own || mark === 'changed' || mark === 'moved')) canvas.addMarker(element, `ed-${mark}`)
  }
  canvas.zoom('fit-viewport', 'auto')
  const drawing = area.querySelector('.djs-container > svg')
  drawing?.setAttribute('role', 'img')
  drawing?.setAttribute('aria-label', ed(own === 'removed' ? 'compare.before' : 'compare.after'))
  return viewer
}
