/** Marks on the elements that the gate finds something wrong with. */
import { either } from '../../i18n'
import type { DesignFinding } from '../state'
import type { Drawing, Shape } from './drawing'
import type { ModdleElement } from './moddle'

const TYPE = 'finding'

/** The shape that a finding is about: the element itself, or the event that holds the definition it names. */
export function shapeOf(drawing: Drawing, element: string): Shape | undefined {
  const registry = drawing.get('elementRegistry')
  const holds = ({ businessObject }: Shape) => ((businessObject.get?.('eventDefinitions') as ModdleElement[] | undefined) ?? []).some(({ id }) => id === element)
  return registry.get(element) ?? registry.filter(holds)[0]
}

export function mark(drawing: Drawing, found: readonly DesignFinding[]): void {
  const overlays = drawing.get('overlays')
  overlays.remove({ type: TYPE })
  const byElement = new Map<string, DesignFinding[]>()
  for (const finding of found) {
    if (finding.element) byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), finding])
  }
  for (const [element, items] of byElement) {
    const shape = shapeOf(drawing, element)
    if (!shape || shape.source) continue
    const html = document.createElement('span')
    html.className = `finding ${items.some(({ level }) => level === 'error') ? 'error' : 'warning'}`
    html.textContent = '!'
    html.title = items.map(({ message }) => either(message.zh, message.en)).join('\n')
    overlays.add(shape.id, TYPE, { position: { top: -9, right: 9 }, html })
  }
}
