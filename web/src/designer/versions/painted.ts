/** A drawing that is only looked at, with what the scenarios pass and never pass in their colours. */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import 'bpmn-js/dist/assets/diagram-js.css'
import 'bpmn-js/dist/assets/bpmn-js.css'
import { ed } from '../../i18n/designer-editors'

interface Canvas {
  zoom: (level: 'fit-viewport', center: 'auto') => number
  addMarker: (element: string, name: string) => void
}

/** Draws `xml` in an area; returns what takes it away. Throws what cannot be drawn. */
export async function openPainted(area: HTMLElement, xml: string, passed: ReadonlySet<string>, never: ReadonlySet<string>): Promise<() => void> {
  const { fontFamily } = getComputedStyle(area)
  const viewer = new NavigatedViewer({
    container: area,
    bpmnRenderer: { defaultFillColor: 'var(--paper)', defaultStrokeColor: 'var(--rule)', defaultLabelColor: 'var(--ink)' },
    textRenderer: { defaultStyle: { fontFamily } },
  })
  await viewer.importXML(xml)
  const canvas = viewer.get<Canvas>('canvas')
  const registry = viewer.get<{ get: (id: string) => object | undefined }>('elementRegistry')
  for (const id of passed) if (registry.get(id)) canvas.addMarker(id, 'covered')
  for (const id of never) if (registry.get(id)) canvas.addMarker(id, 'uncovered')
  canvas.zoom('fit-viewport', 'auto')
  const drawing = area.querySelector('.djs-container > svg')
  drawing?.setAttribute('role', 'img')
  drawing?.setAttribute('aria-label', ed('scenarios.painted'))
  return () => viewer.destroy()
}
