/** What a form's expressions see: every field under its key, typed as the server types it, null where nobody wrote. */
import type { Field, Node, Value, Values } from '../api/types'
import { exactly } from '../clock/now'
import { isTrue, namesIn, type Names } from '../expressions/evaluate'
import { numberOf } from '../expressions/number'
import { isField, isOrnament, isRows, isSection, type Path } from './nodes'

const NUMBER = /^[+-]?\d{1,24}(?:\.\d{1,20})?$/

export function namesOf(nodes: Node[], values: Values): Names {
  return { now: new Date(exactly()).toISOString().replace(/\.\d+Z$/, 'Z'), ...typed(nodes, values) }
}

/** Inside a row its columns come before the names of the form. */
export function namesInRow(names: Names, nodes: Node[], row: Values): Names {
  return { ...names, ...typed(nodes, row) }
}

function typed(nodes: Node[], values: Values): Names {
  const names: Names = {}
  for (const node of nodes) {
    if (isOrnament(node)) continue
    if (isSection(node)) {
      if (node.path === undefined) Object.assign(names, typed(node.components, values))
      else names[node.path] = typed(node.components, (values[node.path] ?? {}) as Values)
    } else if (isRows(node)) {
      names[node.path] = ((values[node.path] ?? []) as Values[]).map((row) => typed(node.components, row))
    } else {
      names[node.key] = typedValue(node, values[node.key] ?? null)
    }
  }
  return names
}

/** One value as the server reads it: texts trimmed, the empty one null, numbers exact. */
export function typedValue(field: Field, value: Value): unknown {
  if (typeof value === 'string') {
    const text = value.trim()
    if (!text) return null
    return field.type === 'number' && NUMBER.test(text) ? numberOf(text.replace(/^\+/, '')) : text
  }
  return Array.isArray(value) && !value.length ? null : value
}

export function isHidden(node: Node, names: Names): boolean {
  return node.conditional ? isTrue(node.conditional.hide.tree, names) : false
}

/** What the chosen outcome demands, by the names of rights. A partial one demands nothing else. */
export interface Demand {
  fields: readonly string[]
  partial: boolean
}

export const AS_THE_FORM_SAYS: Demand = { fields: [], partial: false }

/** Whether the field must be filled, by the form, by its condition or by the chosen outcome. */
export function isDemanded(node: Extract<Node, { required: boolean }>, names: Names, name: Path, { fields, partial }: Demand): boolean {
  if (node.access !== 'write') return false
  if (fields.includes(name.join('.')) || (node.required && !partial)) return true
  const when = node.properties.requiredWhen
  if (!when || !isTrue(when.tree, names)) return false
  // A partial outcome demands what the values of its own fields make necessary.
  return !partial || fields.some((field) => namesIn(when.tree).has(field.split('.')[0]!))
}

/** Nothing written; an unticked box is empty. */
export function isBlank(field: Field, value: Value): boolean {
  if (field.type === 'checkbox') return value !== true
  return value === null || (Array.isArray(value) && !value.length) || (typeof value === 'string' && !value.trim())
}

/** A row in which nothing is written is left out by the server, so it is not worth an error. */
export function isBlankRow(nodes: Node[], row: Values): boolean {
  return nodes.every((node) => {
    if (isSection(node)) return isBlankRow(node.components, node.path === undefined ? row : ((row[node.path] ?? {}) as Values))
    return !isField(node) || isBlank(node, row[node.key] ?? null)
  })
}
