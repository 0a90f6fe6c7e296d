/** Marks on the elements that the gate finds something wrong with. */
import { either } from '../../i18n'
import type { DesignFinding } from '../state'
import type { Drawing } from './drawing'

const TYPE = 'finding'

export function mark(drawing: Drawing, found: readonly DesignFinding[]): void {
  const overlays = drawing.get('overlays')
  overlays.remove({ type: TYPE })
  const byElement = new Map<string, DesignFinding[]>()
  for (const finding of found) {
    if (finding.element) byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), finding])
  }
  for (const [element, items] of byElement) {
    const shape = drawing.get('elementRegistry').get(element)
    if (!shape || shape.source) continue
    const html = document.createElement('span')
    html.className = `finding ${items.some(({ level }) => level === 'error') ? 'error' : 'warning'}`
    html.textContent = '!'
    html.title = items.map(({ message }) => either(message.zh, message.en)).join('\n')
    overlays.add(element, TYPE, { position: { top: -9, right: 9 }, html })
  }
}
