/**
 * A drawing for a diagram that has none. The layout is made by bpmn-auto-layout; of its answer only the drawing is taken and
 * put into the file's own text, so that nothing that the layouter does not know is lost.
 */
import { attribute, childrenOf, insertInside, scan, setAttribute, sourceOf, spliced, within, type Element } from '../text/xml'

const NAMESPACES: Readonly<Record<string, string>> = {
  bpmndi: 'http://www.omg.org/spec/BPMN/20100524/DI',
  dc: 'http://www.omg.org/spec/DD/20100524/DC',
  di: 'http://www.omg.org/spec/DD/20100524/DI',
}
const NODES = /^(startEvent|endEvent|intermediate\w+Event|boundaryEvent|\w*[tT]ask|callActivity|subProcess|transaction|adHocSubProcess|\w+Gateway)$/

export interface Drawn {
  text: string
  /** Steps that the layouter has left out. */
  missing: number
}

/** Whether a BPMN file holds the drawing of at least one element. Raises NotXml. */
export const isDrawn = (text: string): boolean => within(scan(text), 'BPMNShape').length > 0

/** The file with a drawing. Raises what the layouter raises, and NotXml. */
export async function drawn(text: string): Promise<Drawn> {
  const { layoutProcess } = await import('bpmn-auto-layout')
  const laid = await layoutProcess(text)
  const root = scan(text)
  const diagrams = childrenOf(scan(laid), 'BPMNDiagram')
  const splices = childrenOf(root, 'BPMNDiagram').flatMap(({ start, end }) => [{ start, end, text: '' }])
  for (const diagram of diagrams) splices.push(...insertInside(text, root, sourceOf(laid, diagram)))
  for (const [prefix, uri] of Object.entries(NAMESPACES)) {
    if (!root.attributes.some(({ name }) => name === `xmlns:${prefix}`)) splices.push(...setAttribute(root, `xmlns:${prefix}`, uri))
  }
  const shapes = new Set(diagrams.flatMap((diagram) => within(diagram, 'BPMNShape')).map((shape) => attribute(shape, 'bpmnElement')))
  return { text: spliced(text, splices), missing: nodesIn(root).filter((node) => !shapes.has(attribute(node, 'id'))).length }
}

const nodesIn = (element: Element): Element[] => element.children.flatMap((child) => [...(NODES.test(child.local) ? [child] : []), ...nodesIn(child)])
