/** Where a finding of the gate belongs: it names an element, or a line of the file. */
import type { DesignFinding } from '../state'
import { attribute, type Element } from '../text/xml'
import { linesOf, type DecisionFile } from './table'

export function inElement({ element: id, line }: DesignFinding, { text }: DecisionFile, element: Element): boolean {
  if (line) {
    const [first, last] = linesOf(text, element)
    return first <= line && line <= last
  }
  return id !== null && (attribute(element, 'id') === id || element.children.some((child) => attribute(child, 'id') === id))
}
