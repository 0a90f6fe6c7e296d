/** Made-up values for what a step only reads, so that a preview shows where they stand. What is written stays empty, to be tried. */
import type { Field, Node, Values } from '../../api/types'
import { isField, isOrnament, isRows, isSection } from '../../form/nodes'
import { either } from '../../i18n'

export function samples(nodes: Node[]): Values {
  const values: Values = {}
  for (const node of nodes) {
    if (isOrnament(node)) continue
    if (isSection(node)) {
      if (node.path === undefined) Object.assign(values, samples(node.components))
      else values[node.path] = samples(node.components)
    } else if (isRows(node)) {
      values[node.path] = node.access === 'read' || !node.rowRights.add ? [samples(node.components)] : []
    } else if (node.access === 'read') values[node.key] = sample(node)
  }
  return values
}

function sample(field: Field): Values[string] {
  const [first] = field.values ?? []
  switch (field.type) {
    case 'number':
      return field.properties.money ? '1234.50' : String(field.validate?.min ?? 1)
    case 'datetime':
      return { date: '2026-11-30', time: '09:30', datetime: '2026-11-30T01:30:00Z' }[field.subtype ?? 'date']
    case 'checkbox':
      return true
    case 'select':
    case 'radio':
      return first?.value ?? ''
    case 'checklist':
    case 'taglist':
      return first ? [first.value] : []
    case 'filepicker':
      return []
    default:
      return `（${either(field.label, field.labelEn)}）`
  }
}

/** The form without its conditions: everything is shown at once. */
export function unconditional(nodes: Node[]): Node[] {
  return nodes.map((node) => {
    const { conditional: _, ...rest } = node
    return (isSection(node) || isRows(node) ? { ...rest, components: unconditional(node.components) } : rest) as Node
  })
}

export const fieldsIn = (nodes: Node[]): Field[] => nodes.flatMap((node) => (isField(node) ? [node] : isOrnament(node) ? [] : fieldsIn(node.components)))
