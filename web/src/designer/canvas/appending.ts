/** Changes of the drawing by key alone: what is put behind a step finds its place, and steps are joined by their names. */
import type { Drawing, Shape } from './drawing'
import { insertBefore, insertInto, onlyWay } from './inserting'
import { asks, made, type PresetName } from './presets'

/** Puts a preset behind the selected step or, where none is selected, into the first process. Returns what was added. */
export function place(drawing: Drawing, name: PresetName, words: string): Shape | null {
  const [selected] = drawing.get('selection').get()
  const [shape, ...inner] = made(drawing, name, words)
  if (!shape || inner.length) return null
  const added = selected && goesOn(selected) ? behind(drawing, selected, shape) : inFree(drawing, shape)
  if (added) {
    asks(name)
    drawing.get('selection').select(added)
  }
  return added
}

/** Puts a preset before a step. Returns what was added. */
export function placeBefore(drawing: Drawing, target: Shape, name: PresetName, words: string): Shape | null {
  const [shape, ...inner] = made(drawing, name, words)
  if (!shape || inner.length) return null
  const added = insertBefore(drawing, target, shape)
  asks(name)
  drawing.get('selection').select(added)
  return added
}

/** What ends nothing comes into the way that the step has; a second way would be gone at once with the first. */
function behind(drawing: Drawing, step: Shape, shape: Shape): Shape {
  const way = shape.type === 'bpmn:EndEvent' ? null : onlyWay(step)
  return way ? insertInto(drawing, way, shape) : drawing.get('autoPlace').append(step, shape)
}

/** Whether something can come behind a step. */
function goesOn({ type, source }: Shape): boolean {
  return !source && !['bpmn:Participant', 'bpmn:Lane', 'bpmn:EndEvent', 'bpmn:Process', 'bpmn:Collaboration', 'label'].includes(type)
}

/** Below everything that the process has. */
function inFree(drawing: Drawing, shape: Shape): Shape | null {
  const root = drawing.get('canvas').getRootElement()
  const pool = root.children?.find(({ type, children }) => type === 'bpmn:Participant' && children)
  const within = pool ?? root
  const low = Math.max(100, ...(within.children ?? []).filter(({ source }) => !source).map(({ y, height }) => y + height))
  return drawing.get('modeling').createShape(shape, { x: (pool?.x ?? 100) + 140, y: low + 60 }, within)
}

/** Steps that a step could be joined to. */
export function targets(drawing: Drawing, from: Shape): Shape[] {
  return drawing.get('elementRegistry').filter((shape) => shape !== from && !shape.source && shape.type !== 'label' && drawing.get('rules').allowed('connection.create', { source: from, target: shape }) !== false && drawing.get('rules').allowed('connection.create', { source: from, target: shape }) !== null)
}
