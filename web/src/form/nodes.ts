/** The form as a tree: walking it, and the data paths of its fields (`vital.sbp`, `drugs.0.dose`). */
import type { Field, Node, Ornament, Rows, Section, Value, Values } from '../api/types'

export const isSection = (node: Node): node is Section => node.type === 'group'
export const isRows = (node: Node): node is Rows => node.type === 'dynamiclist'
export const isOrnament = (node: Node): node is Ornament => node.type === 'text' || node.type === 'separator' || node.type === 'spacer'
export const isField = (node: Node): node is Field => !isSection(node) && !isRows(node) && !isOrnament(node)

/** Key of the number that a row which is there carries, where it could not be told from a new one. */
const MARK = '#'
export const isThere = (row: Values): boolean => MARK in row
const markOf = (row: Values): Values => (isThere(row) ? { [MARK]: row[MARK]! } : {})
/** Whether a row may not be written on, though new ones may be added. */
export const isKept = (rows: Rows, row: Values): boolean => isThere(row) && !rows.rowRights.edit

export type Path = readonly string[]

export const isGroupOfValues = (value: Value | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path, null where nothing is. */
export function valueAt(values: Value, path: Path): Value {
  let found: Value | undefined = values
  for (const name of path) {
    if (Array.isArray(found)) found = found[Number(name)]
    else found = isGroupOfValues(found) ? found[name] : undefined
  }
  return found ?? null
}

/** A copy of `values` with another value at the path. */
export function withValue(values: Value, path: Path, value: Value): Value {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (Array.isArray(values)) return values.map((item, at) => (at === Number(name) ? withValue(item, rest, value) : item))
  const holder = isGroupOfValues(values) ? values : {}
  return { ...holder, [name]: withValue(holder[name] ?? null, rest, value) }
}

/** Field defaults for what nobody has written yet, laid over the data. */
export function withDefaults(nodes: Node[], data: Values): Values {
  let result = data
  for (const node of nodes) {
    if (isSection(node)) {
      const inner = node.path === undefined ? result : ((result[node.path] ?? {}) as Values)
      const filled = withDefaults(node.components, inner)
      if (filled !== inner) result = node.path === undefined ? filled : { ...result, [node.path]: filled }
    } else if (isField(node) && node.access === 'write' && node.defaultValue !== undefined && (result[node.key] ?? null) === null) {
      result = { ...result, [node.key]: node.defaultValue }
    }
  }
  return result
}

/** The parts of `values` that the person may write and that differ from what the server has. */
export function changes(nodes: Node[], data: Values, values: Values): Values {
  const changed: Values = {}
  for (const node of nodes) {
    if (isSection(node)) {
      if (node.path === undefined) Object.assign(changed, changes(node.components, data, values))
      else keep(changed, node.path, changes(node.components, group(data[node.path]), group(values[node.path])))
    } else if (isRows(node) && node.access === 'write') {
      const rows = (values[node.path] ?? []) as Values[]
      const sent = rows.map((row) => ({ ...(isKept(node, row) ? {} : writable(node.components, row)), ...markOf(row) }))
      if (!same(rows, data[node.path] ?? [])) changed[node.path] = sent
    } else if (isField(node) && node.access === 'write' && !same(values[node.key] ?? null, data[node.key] ?? null)) {
      changed[node.key] = values[node.key] ?? null
    }
  }
  return changed
}

function group(value: Value | undefined): Values {
  return isGroupOfValues(value) ? value : {}
}

function keep(changed: Values, name: string, inner: Values): void {
  if (Object.keys(inner).length) changed[name] = inner
}

/** A row's values as far as the person may write them. */
function writable(nodes: Node[], row: Values): Values {
  const sent: Values = {}
  for (const node of nodes) {
    if (isSection(node) && node.path !== undefined) keep(sent, node.path, writable(node.components, group(row[node.path])))
    else if (isSection(node)) Object.assign(sent, writable(node.components, row))
    else if (isField(node) && node.access === 'write' && node.key in row) sent[node.key] = row[node.key]!
  }
  return sent
}

/** A draft, which holds only what was written, as whole values by top-level key. */
export function laidOver(nodes: Node[], data: Values, draft: Values): Values {
  const whole: Values = { ...draft }
  for (const node of nodes) {
    if (isSection(node) && node.path === undefined) Object.assign(whole, laidOver(node.components, data, pick(draft, node.components)))
    else if (isSection(node) && node.path !== undefined && node.path in draft) {
      const [given, written] = [group(data[node.path]), group(draft[node.path])]
      whole[node.path] = { ...given, ...laidOver(node.components, given, written) }
    } else if (isRows(node) && Array.isArray(draft[node.path])) {
      const given = (data[node.path] ?? []) as Values[]
      const marked = given.some(isThere)
      const placed = !node.rowRights.add && !node.rowRights.remove
      const under = (row: Values, at: number) => (marked ? given.find((one) => isThere(row) && one[MARK] === row[MARK]) : placed ? given[at] : undefined)
      whole[node.path] = (draft[node.path] as Values[]).map((row, at) => ({ ...under(row, at), ...row }))
    }
  }
  return whole
}

function pick(draft: Values, nodes: Node[]): Values {
  const keys = new Set(nodes.map((node) => (isField(node) ? node.key : isOrnament(node) ? '' : node.path ?? '')))
  return Object.fromEntries(Object.entries(draft).filter(([key]) => keys.has(key)))
}

function same(left: Value, right: Value): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

/** The votes on motions among what was written, which no form has. */
export const votesIn = ({ $votes }: Values): Values => ($votes ? { $votes } : {})
