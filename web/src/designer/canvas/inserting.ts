/**
 * Steps put between others: what leads to a step or away from it goes through the new one, and what stands to the right makes
 * room. One insertion is one step that can be undone.
 */
import { together, type Drawing, type Shape } from './drawing'

const GAP = 50
const NO_ROOM = new Set(['bpmn:Participant', 'bpmn:Lane', 'bpmn:StartEvent', 'bpmn:BoundaryEvent', 'bpmn:Process', 'bpmn:Collaboration', 'label'])

/** Whether something can come before a step. */
export const comesAfterSomething = (shape: Shape): boolean => !shape.source && !NO_ROOM.has(shape.type) && (shape.incoming ?? []).some(isSequence)

/** The one way away from a step that goes on by one alone: what comes behind it comes into that way. A gateway gets one more. */
export function onlyWay(shape: Shape): Shape | null {
  const ways = (shape.outgoing ?? []).filter(isSequence)
  return ways.length === 1 && !shape.type.endsWith('Gateway') ? ways[0]! : null
}

const isSequence = ({ type }: Shape): boolean => type === 'bpmn:SequenceFlow'

/** Puts `shape`, which is not drawn yet, into the way that `flow` is. */
export function insertInto(drawing: Drawing, flow: Shape, shape: Shape): Shape {
  const [source, target] = [flow.source!, flow.target!]
  let added!: Shape
  together(drawing, () => {
    const right = source.x + source.width
    if (target.x >= right && source.parent === target.parent) {
      makeRoom(drawing, right + 5, shape.width + 2 * GAP - (target.x - right))
      added = create(drawing, shape, right + GAP, source.y + source.height / 2, source.parent!)
      drawing.get('modeling').connect(source, added)
    } else added = drawing.get('autoPlace').append(source, shape)
    drawing.get('modeling').reconnectStart(flow, added, middle(added))
  })
  return added
}

/** Puts `shape` before a step: every way to it goes through the new one, but those by which the process comes back to it. */
export function insertBefore(drawing: Drawing, target: Shape, shape: Shape): Shape {
  let added!: Shape
  together(drawing, () => {
    const all = (target.incoming ?? []).filter(isSequence)
    const forward = all.filter(({ source }) => !isReached(target, source!))
    const flows = forward.length ? forward : all
    const left = Math.max(...flows.map(({ source }) => source!.x + source!.width).filter((right) => right <= target.x), target.x - 2 * GAP)
    makeRoom(drawing, target.x - 5, shape.width + 2 * GAP - (target.x - left))
    added = create(drawing, shape, target.x - GAP - shape.width, target.y + target.height / 2, target.parent!)
    for (const flow of flows) drawing.get('modeling').reconnectEnd(flow, added, middle(added))
    drawing.get('modeling').connect(added, target)
  })
  return added
}

/**
 * Puts a gateway behind a task: its refusal goes to an end, everything else on as before. Returns that end, or null where the
 * task has no single way on.
 */
export function branchRefusal(drawing: Drawing, task: Shape, refusal: { value: string; label: string }): Shape | null {
  const way = onlyWay(task)
  if (!way) return null
  let end!: Shape
  together(drawing, () => {
    const gateway = insertInto(drawing, way, drawing.get('elementFactory').createShape({ type: 'bpmn:ExclusiveGateway' }))
    const modeling = drawing.get('modeling')
    modeling.updateProperties(gateway, { default: way.businessObject })
    end = drawing.get('autoPlace').append(gateway, drawing.get('elementFactory').createShape({ type: 'bpmn:EndEvent' }))
    modeling.updateProperties(end, { name: refusal.label })
    const refused = (end.incoming ?? [])[0]!
    const condition = drawing.get('moddle').create('bpmn:FormalExpression', { body: `\${${task.id}.outcome == '${refusal.value}'}` })
    condition.$parent = refused.businessObject
    modeling.updateProperties(refused, { name: refusal.label, conditionExpression: condition })
  })
  // The task stays in front: its approval is not all said yet.
  drawing.get('selection').select(task)
  return end
}

/** Whether the process can come from a step to another. */
function isReached(from: Shape, to: Shape): boolean {
  const seen = new Set<Shape>()
  const open = [from]
  for (let at = open.pop(); at; at = open.pop()) {
    if (at === to) return true
    if (seen.has(at)) continue
    seen.add(at)
    open.push(...(at.outgoing ?? []).filter(isSequence).map(({ target }) => target!), ...(at.attachers ?? []))
  }
  return false
}

function makeRoom(drawing: Drawing, from: number, width: number): void {
  if (width <= 0) return
  const canvas = drawing.get('canvas')
  const root = canvas.getRootElement()
  const shapes = drawing.get('elementRegistry').filter((shape) => shape !== root && canvas.findRoot(shape) === root)
  const { movingShapes, resizingShapes } = drawing.get('spaceTool').calculateAdjustments(shapes, 'x', width, from)
  drawing.get('spaceTool').makeSpace(movingShapes, resizingShapes, { x: width, y: 0 }, 'e', from)
}

/** Draws a shape whose left edge is at `x` and whose middle is at the height `y`. */
const create = (drawing: Drawing, shape: Shape, x: number, y: number, parent: Shape): Shape =>
  drawing.get('modeling').createShape(shape, { x: x + shape.width / 2, y }, parent)

const middle = ({ x, y, width, height }: Shape) => ({ x: x + width / 2, y: y + height / 2 })
