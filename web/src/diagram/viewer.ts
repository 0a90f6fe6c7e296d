/** bpmn-js with our colours and marks. Everything it draws is set through the DOM, so a strict content security policy holds. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import type { Diagram } from '../api/types'
import { t } from '../i18n'
import { badge, isAround } from './marks'

/** A tint from 0 to 4, and what is written at the element. */
export interface HeatMark {
  element: string
  tint: number
  words: string
  title: string
}

export interface Picture {
  /** Has a place of its own marks put them; it gives what is looked at first where the whole cannot be read. */
  draw: (put: (canvas: Canvas, overlays: Overlays, registry: Registry) => string | undefined) => void
  /** Brings an element or an arrow into sight. */
  show: (element: string) => void
  tint: (marks: HeatMark[]) => void
  mark: (content: Diagram) => void
  /** One step in, one step out, or the whole picture for 0. */
  zoom: (step: number) => void
  close: () => void
}

export interface Canvas {
  zoom: (level?: number | 'fit-viewport', center?: 'auto') => number
  addMarker: (element: string, name: string) => void
  removeMarker: (element: string, name: string) => void
  resized: () => void
  scrollToElement: (element: string, padding: { left: number; right: number; top: number; bottom: number }) => void
}
export interface Overlays {
  add: (element: string, type: string, overlay: object) => string
  remove: (filter: { type: string }) => void
}
export interface Shape {
  id: string
  children?: Shape[]
  /** Of an arrow. */
  waypoints?: { x: number; y: number }[]
}
export interface Registry {
  get: (id: string) => Shape | undefined
  forEach: (visit: (element: Shape) => void) => void
}

const COLOURS = { defaultFillColor: 'var(--paper)', defaultStrokeColor: 'var(--rule)', defaultLabelColor: 'var(--ink)' }
const STEP = 1.25
const LARGEST = 1.2
/** Below this labels cannot be read: then the present step is shown, not the whole. */
const READABLE = 0.6

export async function openViewer(area: HTMLElement, xml: string): Promise<Picture> {
  // Labels are measured outside the page's tree, so the family is named, not inherited.
  const { fontFamily } = getComputedStyle(area)
  const viewer = new NavigatedViewer({ container: area, bpmnRenderer: COLOURS, textRenderer: { defaultStyle: { fontFamily } } })
  try {
    await viewer.importXML(xml)
  } catch (failure) {
    viewer.destroy()
    throw failure
  }
  const canvas = viewer.get<Canvas>('canvas')
  const overlays = viewer.get<Overlays>('overlays')
  const registry = viewer.get<Registry>('elementRegistry')
  const fit = () => {
    canvas.resized()
    if (canvas.zoom('fit-viewport', 'auto') > LARGEST) canvas.zoom(LARGEST, 'auto')
  }
  let here: string | undefined
  const bring = (element: string) => {
    const [aside, above] = [area.clientWidth / 3, area.clientHeight / 3]
    canvas.scrollToElement(element, { left: aside, right: aside, top: above, bottom: above })
  }
  const settle = () => {
    fit()
    if (!here || canvas.zoom() >= READABLE) return
    canvas.zoom(READABLE, 'auto')
    bring(here)
  }
  // The tab may be drawn before it has its size, and phones turn.
  const observer = new ResizeObserver(settle)
  observer.observe(area)
  const drawing = area.querySelector('.djs-container > svg')
  drawing?.setAttribute('role', 'img')
  drawing?.setAttribute('aria-label', t('diagram.canvas'))
  return {
    mark: (content) => {
      const first = here === undefined
      here = content.tokens.find(({ element }) => [registry.get(element)].some((shape) => shape && !isAround(shape)))?.element
      mark(content, canvas, overlays, registry)
      if (first) settle()
    },
    draw: (put) => {
      const begins = here === undefined
      here = put(canvas, overlays, registry)
      if (begins) settle()
    },
    show: (element) => {
      if (canvas.zoom() < READABLE) canvas.zoom(READABLE, 'auto')
      bring(element)
    },
    tint: (marks) => {
      tint(marks, canvas, overlays, registry)
      here = hottest(marks)
      settle()
    },
    zoom: (step) => (step ? void canvas.zoom(canvas.zoom() * STEP ** step, 'auto') : fit()),
    close: () => {
      observer.disconnect()
      viewer.destroy()
    },
  }
}

const MARKS = ['is-now', 'is-around', 'is-done']

/** The element that is looked at first where the whole cannot be read. */
const hottest = (marks: HeatMark[]): string | undefined => [...marks].sort((one, other) => other.tint - one.tint)[0]?.element

const TINTS = ['heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4']

function tint(marks: HeatMark[], canvas: Canvas, overlays: Overlays, registry: Registry): void {
  registry.forEach((shape) => {
    for (const name of TINTS) canvas.removeMarker(shape.id, name)
  })
  overlays.remove({ type: 'heat' })
  for (const { element, tint: degree, words, title } of marks) {
    const shape = registry.get(element)
    if (!shape || isAround(shape)) continue
    canvas.addMarker(element, TINTS[degree]!)
    overlays.add(element, 'heat', { position: { top: -11, right: 11 }, html: badge('token heat-number', words, title) })
  }
}

function mark(content: Diagram, canvas: Canvas, overlays: Overlays, registry: Registry): void {
  const now = new Map(content.tokens.map(({ element, count }) => [element, count]))
  const done = new Set(content.done)
  registry.forEach((shape) => {
    for (const name of MARKS) canvas.removeMarker(shape.id, name)
    if (now.has(shape.id)) canvas.addMarker(shape.id, isAround(shape) ? 'is-around' : 'is-now')
    else if (done.has(shape.id) && !isAround(shape)) canvas.addMarker(shape.id, 'is-done')
  })
  overlays.remove({ type: 'token' })
  for (const [id, count] of now) {
    const shape = registry.get(id)
    if (!shape || isAround(shape)) continue
    overlays.add(id, 'token', { position: { top: -11, right: 11 }, html: badge('token', String(count), t('diagram.here', { n: count })) })
  }
}
