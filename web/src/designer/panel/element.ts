/**
 * What the panel reads and writes of one element. Every change is a command of bpmn-js, so that it can be undone; what is not
 * named stays as it is. A pool stands for its process: what the process says is written there.
 */
import type { Drawing, Shape } from '../canvas/drawing'
import type { ModdleElement } from '../canvas/moddle'

/** The element that the panel is about. */
export interface Subject {
  drawing: Drawing
  shape: Shape
  /** The element itself; of a pool the process in it. */
  model: ModdleElement
}
export type Attributes = Record<string, string | undefined>

const OURS = 'liandong:'

export function subjectOf(drawing: Drawing, shape: Shape): Subject {
  const own = shape.businessObject
  const process = own.$type === 'bpmn:Participant' ? (own.get('processRef') as ModdleElement | undefined) : undefined
  // A process of another file is only a name here.
  return { drawing, shape, model: process?.$type === 'bpmn:Process' ? process : own }
}

export function is(model: ModdleElement, type: string): boolean {
  return model.$instanceOf?.(type) ?? model.$type === type
}

export const kindOf = ({ model }: Subject): string => model.$type.replace('bpmn:', '')

export function text(model: ModdleElement | undefined, name: string): string {
  const value = model?.get(name)
  return value === undefined || value === null ? '' : String(value)
}

function values(holder: ModdleElement | undefined): ModdleElement[] {
  return (holder?.get('values') as ModdleElement[] | undefined) ?? []
}

const holderOf = (model: ModdleElement) => model.get('extensionElements') as ModdleElement | undefined

/** Our extension elements of a name (`Assign`), in the order of the file. */
export function extensions(model: ModdleElement, name: string): ModdleElement[] {
  return values(holderOf(model)).filter(({ $type }) => $type === OURS + name)
}

export const extension = (model: ModdleElement, name: string): ModdleElement | undefined => extensions(model, name)[0]

/** Elements of a name inside one of ours (`Correlate` in `Send`). */
export function inside(holder: ModdleElement | undefined, name: string): ModdleElement[] {
  return values(holder).filter(({ $type }) => $type === OURS + name)
}

/** Sets attributes of any element of the model; an empty one is taken away. */
export function write({ drawing, shape }: Subject, owner: ModdleElement, attributes: Record<string, unknown>): void {
  const set = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, value === '' ? undefined : value]))
  if (Object.entries(set).every(([name, value]) => owner.get(name) === value)) return
  drawing.get('modeling').updateModdleProperties(shape, owner, set)
}

export function create({ drawing }: Subject, type: string, properties: object, parent?: ModdleElement): ModdleElement {
  const made = drawing.get('moddle').create(type, properties)
  if (parent) made.$parent = parent
  return made
}

function setValues(subject: Subject, model: ModdleElement, next: ModdleElement[]): void {
  const holder = holderOf(model)
  if (!next.length) return write(subject, model, { extensionElements: undefined })
  if (holder) return write(subject, holder, { values: next })
  const made = create(subject, 'bpmn:ExtensionElements', { values: next }, model)
  for (const item of next) item.$parent = made
  write(subject, model, { extensionElements: made })
}

/** Adds an extension element behind the others of its name, or where the first of `before` stands. */
export function add(subject: Subject, name: string, attributes: Attributes, model = subject.model): ModdleElement {
  const made = create(subject, OURS + name, said(attributes), holderOf(model))
  const all = values(holderOf(model))
  const last = all.map(({ $type }) => $type).lastIndexOf(made.$type)
  setValues(subject, model, last < 0 ? [...all, made] : [...all.slice(0, last + 1), made, ...all.slice(last + 1)])
  return made
}

const said = (attributes: Attributes) => Object.fromEntries(Object.entries(attributes).filter(([, value]) => value))

export function remove(subject: Subject, item: ModdleElement, model = subject.model): void {
  setValues(subject, model, values(holderOf(model)).filter((other) => other !== item))
}

/** Moves an extension element before or behind the next one of its name. */
export function move(subject: Subject, item: ModdleElement, step: -1 | 1): void {
  const all = [...values(holderOf(subject.model))]
  const same = all.filter(({ $type }) => $type === item.$type)
  const other = same[same.indexOf(item) + step]
  if (!other) return
  const [from, to] = [all.indexOf(item), all.indexOf(other)]
  all[from] = other
  all[to] = item
  setValues(subject, subject.model, all)
}

/** Sets attributes of the one extension element of a name, which comes and goes with them. */
export function put(subject: Subject, name: string, attributes: Attributes, model = subject.model): void {
  const item = extension(model, name)
  if (!item) {
    if (Object.values(attributes).some(Boolean)) add(subject, name, attributes, model)
    return
  }
  const left = { ...ownAttributes(item), ...attributes }
  if (Object.values(left).some(Boolean) || values(item).length) write(subject, item, attributes)
  else remove(subject, item, model)
}

/** The attributes that an extension element has. */
export function ownAttributes(item: ModdleElement): Attributes {
  const descriptor = (item as unknown as { $descriptor?: { properties: { name: string; isAttr?: boolean }[] } }).$descriptor
  const named = (descriptor?.properties ?? []).filter(({ isAttr }) => isAttr).map(({ name }) => name.replace(/^.*:/, ''))
  const given = named.map((name): [string, string] => [name, text(item, name)]).filter(([, value]) => value)
  return { ...Object.fromEntries(given), ...item.$attrs }
}

/** Adds an element inside one of ours. */
export function addInside(subject: Subject, holder: ModdleElement, name: string, attributes: Attributes): void {
  const made = create(subject, OURS + name, said(attributes), holder)
  write(subject, holder, { values: [...values(holder), made] })
}

export function removeInside(subject: Subject, holder: ModdleElement, item: ModdleElement): void {
  write(subject, holder, { values: values(holder).filter((other) => other !== item) })
}

/** The names that an attribute lists. */
export const listed = (item: ModdleElement | undefined, name: string): string[] => text(item, name).split(/[\s,]+/).filter(Boolean)

/** The same list with one name in or out. */
export function toggled(names: readonly string[], name: string, on: boolean): string {
  return (on ? [...names.filter((other) => other !== name), name] : names.filter((other) => other !== name)).join(' ')
}

/** The process that an element belongs to. */
export function processOf(model: ModdleElement): ModdleElement | undefined {
  for (let at: ModdleElement | undefined = model; at; at = at.$parent) if (at.$type === 'bpmn:Process') return at
  return undefined
}

/** The root of the file. */
export function definitionsOf(model: ModdleElement): ModdleElement | undefined {
  for (let at: ModdleElement | undefined = model; at; at = at.$parent) if (at.$type === 'bpmn:Definitions') return at
  return undefined
}

/** Every step inside a process or subprocess, those of subprocesses too. */
export function flowElements(model: ModdleElement | undefined): ModdleElement[] {
  const own = (model?.get('flowElements') as ModdleElement[] | undefined) ?? []
  return own.flatMap((one) => [one, ...(is(one, 'bpmn:SubProcess') ? flowElements(one) : [])])
}
