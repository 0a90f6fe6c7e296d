/**
 * A form or document file as a tree that is edited: components with the attributes of the file as they are, known or not, and
 * changes as functions from one tree to another. A place is the list of positions on the way down.
 */
import type { Json, JsonObject } from '../text/json'

export interface Component extends JsonObject {
  type: string
}
export type Place = readonly number[]

export interface FormFile extends JsonObject {
  components: Component[]
}

export const KINDS = ['textfield', 'textarea', 'number', 'datetime', 'select', 'radio', 'checkbox', 'checklist', 'taglist', 'filepicker', 'group', 'dynamiclist', 'text', 'separator', 'spacer'] as const
export type Kind = (typeof KINDS)[number]
export const ORNAMENTS: readonly string[] = ['text', 'separator', 'spacer']
export const CONTAINERS: readonly string[] = ['group', 'dynamiclist']
export const CHOICES: readonly string[] = ['select', 'radio', 'checklist', 'taglist']

/** Kinds that a field may become without losing what it holds. */
export const TURNS: Record<string, readonly string[]> = {
  textfield: ['textfield', 'textarea'],
  textarea: ['textfield', 'textarea'],
  select: ['select', 'radio'],
  radio: ['select', 'radio'],
  checklist: ['checklist', 'taglist'],
  taglist: ['checklist', 'taglist'],
}

export const isContainer = ({ type }: Component): boolean => CONTAINERS.includes(type)
export const isOrnament = ({ type }: Component): boolean => ORNAMENTS.includes(type)
export const childrenIn = (component: Component | FormFile): Component[] => (Array.isArray(component.components) ? (component.components as Component[]) : [])

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
/** What a component is called in the list. */
export const nameOf = (component: Component): string =>
  textIn(component.type === 'datetime' ? (component.subtype === 'time' ? component.timeLabel : component.dateLabel) ?? component.label : component.label) || textIn(component.text).split('\n')[0]! || keyOf(component)
/** The variable that the component feeds; empty for what holds none. */
export const keyOf = (component: Component): string => textIn(isContainer(component) ? component.path : component.key)
/** As the gate names the component in its findings. */
export const idOf = (component: Component): string => textIn(component.id) || textIn(component.key) || textIn(component.path)

/** Keeps what is written in the file for a component without an id, so that editing it cannot lose its place. */
export function at(form: FormFile, place: Place): Component | undefined {
  let found: Component | undefined
  let level = form.components
  for (const position of place) {
    found = level[position]
    level = found ? childrenIn(found) : []
  }
  return found
}

/** The form with the list of components that `place` leads to changed. */
function within(form: FormFile, place: Place, change: (list: Component[]) => Component[]): FormFile {
  const [position, ...rest] = place
  if (position === undefined) return { ...form, components: change(childrenIn(form)) }
  const deep = (component: Component, [next, ...more]: Place): Component =>
    next === undefined
      ? { ...component, components: change(childrenIn(component)) }
      : { ...component, components: childrenIn(component).map((child, index) => (index === next ? deep(child, more) : child)) }
  return { ...form, components: form.components.map((child, index) => (index === position ? deep(child, rest) : child)) }
}

export const parentOf = (place: Place): Place => place.slice(0, -1)
const last = (place: Place): number => place.at(-1) ?? 0

export function replaced(form: FormFile, place: Place, next: Component): FormFile {
  return within(form, parentOf(place), (list) => list.map((child, index) => (index === last(place) ? next : child)))
}

export function removed(form: FormFile, place: Place): FormFile {
  return within(form, parentOf(place), (list) => list.filter((_, index) => index !== last(place)))
}

export function inserted(form: FormFile, place: Place, component: Component): FormFile {
  return within(form, parentOf(place), (list) => [...list.slice(0, last(place)), component, ...list.slice(last(place))])
}

/** Whether a component may stand in the container of `place`: rows hold no rows and no attachments, groups nest. */
export function fits(form: FormFile, component: Component, place: Place): boolean {
  const inRows = place.slice(0, -1).some((_, depth) => at(form, place.slice(0, depth + 1))?.type === 'dynamiclist')
  const forbidden = (one: Component): boolean => one.type === 'dynamiclist' || one.type === 'filepicker' || childrenIn(one).some(forbidden)
  return !inRows || !forbidden(component)
}

/** The component of `from` put to `to`, a place counted before it was taken out; with the place where it is now. */
export function moved(form: FormFile, from: Place, to: Place): { form: FormFile; place: Place } {
  const component = at(form, from)
  const into = from.every((position, depth) => to[depth] === position)
  if (!component || into || !fits(form, component, to)) return { form, place: from }
  const place = [...to]
  const depth = from.length - 1
  const sameWay = parentOf(from).every((position, level) => to[level] === position)
  if (sameWay && to.length > depth && to[depth]! > from[depth]!) place[depth]!--
  return { form: inserted(removed(form, from), place, component), place }
}

/** One up or down; out of a group at its edge, into a group that stands there. */
export function stepped(form: FormFile, place: Place, step: -1 | 1): Place | null {
  const [parent, position] = [parentOf(place), last(place)]
  const holder = parent.length ? at(form, parent) : form
  const siblings = holder ? childrenIn(holder) : []
  const next = siblings[position + step]
  if (next && isContainer(next)) return [...parent, position + step, step > 0 ? 0 : childrenIn(next).length]
  if (next) return [...parent, step > 0 ? position + 2 : position - 1]
  if (!parent.length) return null
  return [...parentOf(parent), step > 0 ? last(parent) + 1 : last(parent)]
}

export function walk(form: FormFile, visit: (component: Component, place: Place) => void): void {
  const down = (list: Component[], above: Place) => list.forEach((component, index) => {
    visit(component, [...above, index])
    down(childrenIn(component), [...above, index])
  })
  down(form.components, [])
}

/** Dotted name of a field, as rights and outcomes of a step name it. */
export function dottedName(form: FormFile, place: Place): string {
  const names: string[] = []
  for (let depth = 1; depth <= place.length; depth++) {
    const component = at(form, place.slice(0, depth))
    const key = component ? keyOf(component) : ''
    if (key) names.push(key)
  }
  return names.join('.')
}

// --- new components

const fresh = (taken: Set<string>, stem: string): string => {
  let number = 1
  while (taken.has(`${stem}${number}`)) number++
  taken.add(`${stem}${number}`)
  return `${stem}${number}`
}

interface Taken {
  ids: Set<string>
  keys: Set<string>
  rows: Set<string>
}

function taken(form: FormFile): Taken {
  const found: Taken = { ids: new Set(), keys: new Set(), rows: new Set() }
  walk(form, (component) => {
    found.ids.add(idOf(component))
    found.keys.add(keyOf(component))
    if (isLayout(component.layout)) found.rows.add(textIn(component.layout.row))
  })
  return found
}

const isLayout = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A new component of the kind with an id and a variable that nothing else has. */
export function made(form: FormFile, kind: Kind, label: string): Component {
  const { ids, keys, rows } = taken(form)
  const layout = { row: fresh(rows, 'row_'), columns: 16 }
  if (kind === 'separator' || kind === 'spacer') return { type: kind, id: fresh(ids, `${kind}_`) }
  if (kind === 'text') return { type: kind, id: fresh(ids, 'text_'), text: label, properties: { textEn: '' } }
  if (kind === 'group') return { type: kind, id: fresh(ids, 'g_'), label, properties: { labelEn: '' }, components: [], layout }
  if (kind === 'dynamiclist') {
    const column: Component = { type: 'textfield', id: fresh(ids, 'f_'), key: 'item', label, validate: { maxLength: 200 }, properties: { labelEn: '' } }
    return { type: kind, id: fresh(ids, 'l_'), path: fresh(keys, 'rows'), label, properties: { labelEn: '' }, components: [column], layout }
  }
  const key = fresh(keys, 'field')
  const base: Component = { type: kind, id: fresh(ids, 'f_'), key }
  if (kind === 'datetime') return { ...base, subtype: 'date', dateLabel: label, properties: { labelEn: '' }, layout }
  if (kind === 'filepicker') return { ...base, label, accept: '.jpg,.png,.pdf', multiple: true, properties: { labelEn: '', maxFiles: 5 }, layout }
  const values: JsonObject = CHOICES.includes(kind) ? { values: [{ value: '1', label, labelEn: '' }] } : {}
  const validate: JsonObject = kind === 'textfield' ? { validate: { maxLength: 200 } } : kind === 'textarea' ? { validate: { maxLength: 2000 } } : {}
  return { ...base, label, ...values, ...validate, properties: { labelEn: '' }, layout }
}

/** A copy with ids and variables of its own; in rows a column keeps its name only below the copied list. */
export function copied(form: FormFile, component: Component): Component {
  const { ids, keys } = taken(form)
  const renamed = (one: Component, top: boolean): Component => {
    const next = { ...one }
    if (typeof one.id === 'string') next.id = fresh(ids, one.id.replace(/\d+$/, '') || 'f_')
    const name = isContainer(one) ? 'path' : 'key'
    // Below a path of its own the names of the copy are its own already.
    if (top && typeof one[name] === 'string' && one[name]) next[name] = fresh(keys, `${one[name]}`.replace(/\d+$/, ''))
    if (childrenIn(one).length) next.components = childrenIn(one).map((child) => renamed(child, top && !keyOf(one)))
    return next
  }
  return renamed(component, true)
}

// --- attributes

/** The value at a dotted name of attributes, such as `validate.maxLength`. */
export function valueOf(object: JsonObject, name: string): Json | undefined {
  const [key, rest] = split(name)
  const found = object[key]
  return rest === null ? found : isLayout(found) ? valueOf(found, rest) : undefined
}

/** A copy with another value there; undefined takes it away, with a holder that nothing is left in. */
export function withValue<Holder extends JsonObject>(object: Holder, name: string, value: Json | undefined): Holder {
  const [key, rest] = split(name)
  const next: JsonObject = { ...object }
  const held = object[key]
  const inner = rest === null ? value : withValue(isLayout(held) ? held : {}, rest, value)
  if (inner === undefined || (rest !== null && isLayout(inner) && !Object.keys(inner).length)) delete next[key]
  else next[key] = inner
  return next as Holder
}

function split(name: string): [string, string | null] {
  const dot = name.indexOf('.')
  return dot < 0 ? [name, null] : [name.slice(0, dot), name.slice(dot + 1)]
}
