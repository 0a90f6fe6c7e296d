/**
 * The diagram in front: bpmn-js with our extension elements, words and colours. A file that bpmn-js could not give back whole is
 * shown and not edited. Everything is set through the DOM, so a strict content security policy holds.
 */
import { signal } from '@preact/signals'
import Modeler from 'bpmn-js/lib/Modeler'
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css'
import { narrow } from '../../frame/media'
import { keepReferences, LIANDONG, type ModdleElement, type Warning } from './moddle'
import { translate } from './translate'

/** A shape or a connection of the diagram. */
export interface Shape {
  id: string
  type: string
  businessObject: ModdleElement
  parent?: Shape
  children?: Shape[]
  host?: Shape
  source?: Shape
  target?: Shape
  incoming?: Shape[]
  outgoing?: Shape[]
  labelTarget?: Shape
  attachers?: Shape[]
  x: number
  y: number
  width: number
  height: number
}
interface Canvas {
  zoom: (level?: number | 'fit-viewport', center?: 'auto') => number
  addMarker: (element: string | Shape, name: string) => void
  removeMarker: (element: string | Shape, name: string) => void
  resized: () => void
  scrollToElement: (element: string | Shape, padding?: number) => void
  getRootElement: () => Shape
  setRootElement: (root: Shape) => void
  findRoot: (element: string | Shape) => Shape
  viewbox: () => { x: number; y: number; width: number; height: number }
}
interface Modeling {
  updateProperties: (element: Shape, properties: object) => void
  updateModdleProperties: (element: Shape, owner: ModdleElement, properties: object) => void
  updateLabel: (element: Shape, words: string) => void
  removeElements: (elements: Shape[]) => void
  connect: (source: Shape, target: Shape) => Shape | undefined
  createShape: (shape: Shape, position: object, parent: Shape) => Shape
  reconnectStart: (connection: Shape, source: Shape, docking: object) => void
  reconnectEnd: (connection: Shape, target: Shape, docking: object) => void
}
export interface Services {
  canvas: Canvas
  modeling: Modeling
  elementRegistry: { get: (id: string) => Shape | undefined; getAll: () => Shape[]; filter: (keep: (shape: Shape) => boolean) => Shape[] }
  selection: { get: () => Shape[]; select: (shapes: Shape | Shape[] | null) => void }
  eventBus: { on: (event: string | string[], priority: number, listener: () => unknown) => void }
  commandStack: { registerHandler: (command: string, handler: unknown) => void; execute: (command: string, context: object) => void; undo: () => void; redo: () => void; canUndo: () => boolean; canRedo: () => boolean }
  moddle: { create: (type: string, properties?: object) => ModdleElement; ids: { nextPrefixed: (prefix: string, element?: object) => string; assigned: (id: string) => object | false } }
  bpmnFactory: { create: (type: string, properties?: object) => ModdleElement }
  elementFactory: { createShape: (attributes: object) => Shape; createParticipantShape: (attributes?: object) => Shape }
  create: { start: (event: Event, shape: Shape | Shape[], context?: object) => void }
  autoPlace: { append: (source: Shape, shape: Shape) => Shape }
  globalConnect: { toggle: (event?: Event) => void }
  lassoTool: { toggle: (event?: Event) => void }
  spaceTool: {
    toggle: (event?: Event) => void
    calculateAdjustments: (shapes: Shape[], axis: 'x' | 'y', delta: number, start: number) => { movingShapes: Shape[]; resizingShapes: Shape[] }
    makeSpace: (moving: Shape[], resizing: Shape[], delta: object, direction: 'e' | 's', start: number) => void
  }
  searchPad: { toggle: () => void }
  handTool: { toggle: (event?: Event) => void }
  overlays: { add: (element: string, type: string, overlay: object) => string; remove: (filter: { type: string }) => void }
  directEditing: { isActive: () => boolean; complete: () => void }
  bpmnReplace: { replaceElement: (shape: Shape, target: object) => Shape }
  rules: { allowed: (action: string, context: object) => unknown }
}

export interface Drawing {
  modeler: Modeler
  /** What bpmn-js would lose of the file; the diagram is only shown while there is anything. */
  lost: readonly string[]
  get: <Name extends keyof Services>(name: Name) => Services[Name]
  /** Draws a file; the history of changes begins anew. Throws what cannot be drawn. */
  draw: (xml: string) => Promise<void>
  /** The file as it is drawn. */
  xml: () => Promise<string>
  fit: () => void
  /** Shows a drawing for the first time once it has a size: as a whole, or where it starts when that could not be read. */
  begin: () => void
  close: () => void
}

/** The diagram in front, for the parts that paint on it. */
export const drawing = signal<Drawing | null>(null)
/** Grows with every change of the diagram, so that what reads it is drawn anew. */
export const edits = signal(0)

const COLOURS = { defaultFillColor: 'var(--paper)', defaultStrokeColor: 'var(--rule)', defaultLabelColor: 'var(--ink)' }
const LARGEST = 1.2
/** Below this labels cannot be read. */
const READABLE = 0.6
/** Our own words at the left stand for the palette of bpmn-js. */
const OURS = { translate: ['value', translate], paletteProvider: ['value', null] }

/** Opens an empty drawing in `area`; `onChange` is told of every change that a person makes. While `isFixed` nobody changes it. */
export function openDrawing(area: HTMLElement, onChange: () => void, isFixed: () => boolean): Drawing {
  const { fontFamily } = getComputedStyle(area)
  const modeler = new Modeler({
    container: area,
    bpmnRenderer: COLOURS,
    textRenderer: { defaultStyle: { fontFamily }, externalStyle: { fontFamily } },
    moddleExtensions: { liandong: LIANDONG },
    additionalModules: [OURS],
  })
  const get = <Name extends keyof Services>(name: Name): Services[Name] => modeler.get<Services[Name]>(name)
  let lost: string[] = []
  let begun = false
  modeler.on('import.parse.complete', (event: { warnings: Warning[] }) => {
    lost = keepReferences((type, properties) => get('moddle').create(type, properties), event.warnings ?? []).map(({ message }) => message)
  })
  get('commandStack').registerHandler(TOGETHER, Together)
  fix(get, () => lost.length > 0 || isFixed())
  modeler.on('commandStack.changed', () => {
    edits.value++
    onChange()
  })
  const fit = () => {
    if (!area.clientWidth || !area.clientHeight) return
    const canvas = get('canvas')
    canvas.resized()
    if (canvas.zoom('fit-viewport', 'auto') > LARGEST) canvas.zoom(LARGEST, 'auto')
  }
  return {
    modeler,
    get lost() {
      return lost
    },
    get,
    draw: async (xml) => {
      lost = []
      begun = false
      try {
        await modeler.importXML(xml)
      } catch (failure) {
        // Whatever was put on the empty canvas would take the place of the file.
        lost = [String(failure)]
        throw failure
      }
      label(area)
      edits.value++
    },
    xml: async () => (await modeler.saveXML({ format: true })).xml ?? '',
    fit,
    begin: () => {
      if (begun || !area.clientWidth || !area.clientHeight) return
      begun = true
      fit()
      const canvas = get('canvas')
      const first = get('elementRegistry').filter(({ type }) => type === 'bpmn:StartEvent')[0]
      if (canvas.zoom() >= READABLE || !first) return
      canvas.zoom(READABLE, 'auto')
      canvas.scrollToElement(first, area.clientHeight / 4)
    },
    close: () => modeler.destroy(),
  }
}

const TOGETHER = 'liandong.together'

/** Several changes that are undone as one. */
class Together {
  preExecute({ act }: { act: () => void }): void {
    act()
  }
}

export function together(drawing: Drawing, act: () => void): void {
  drawing.get('commandStack').execute(TOGETHER, { act })
}

const FIRST = 20_000

/**
 * Keeps a drawing as it is: nothing is dragged or named, and whatever would change it all the same finds the history shut. On the
 * phone it is changed through the panel alone.
 */
function fix(get: Drawing['get'], isFixed: () => boolean): void {
  get('eventBus').on(['drag.init', 'element.dblclick'], FIRST, () => (isFixed() || narrow.peek() ? false : undefined))
  const stack = get('commandStack')
  for (const name of ['execute', 'undo', 'redo'] as const) {
    const act = stack[name].bind(stack) as (...given: unknown[]) => void
    stack[name] = (...given: unknown[]) => void (isFixed() || act(...given))
  }
}

function label(area: HTMLElement): void {
  const picture = area.querySelector('.djs-container > svg')
  picture?.setAttribute('role', 'application')
  picture?.setAttribute('aria-label', translate('Diagram'))
}
