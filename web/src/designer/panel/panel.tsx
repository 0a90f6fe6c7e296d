/** The panel at the right: what is selected, in tabs by its kind, and at its foot who would receive it. */
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { narrow } from '../../frame/media'
import { des, type DesKey } from '../../i18n/designer'
import { drawing, edits, type Shape } from '../canvas/drawing'
import { nameOf } from '../canvas/outline'
import { selection, writable } from '../state'
import { Approval } from './approval'
import { Basic, typeName } from './basic'
import { Deadline } from './deadline'
import { is, subjectOf, type Subject } from './element'
import { EventFace } from './events'
import { entering, face, type Face } from './face'
import { ProcessFace } from './process'
import { FormRights } from './rights'
import { Who } from './who'
import { Advanced, Work } from './work'

const FACES: Record<Face, ComponentType<{ subject: Subject }>> = {
  basic: Basic, approval: Approval, deadline: Deadline, rights: FormRights, event: EventFace, work: Work, process: ProcessFace, advanced: Advanced,
}

export function Panel() {
  void edits.value
  const open = drawing.value
  const shape = open ? shown(selection.value, open) : undefined
  if (!open || !shape) return <aside class="panel" aria-label={des('panel')} />
  const subject = subjectOf(open, shape)
  const faces = facesOf(subject)
  const chosen = faces.includes(face.value) ? face.value : faces[0]!
  const Content = FACES[chosen]
  return (
    <aside class="panel" aria-label={des('panel')}>
      <div class="panel-head">
        {narrow.value && <button type="button" class="btn q sm" onClick={() => document.querySelector('.outline-pane [aria-current=step], .designing')?.scrollIntoView({ block: 'center' })}>{des('panel.back')}</button>}
        {!selection.value.length && <p class="s d2">{des('panel.nothing')}</p>}
        <h2>{nameOf(shape)}</h2>
        <p class="s d">{typeName(shape)}{shape.id !== nameOf(shape) && `，${subject.model.id ?? ''}`}</p>
      </div>
      <div class="tabs" role="tablist" aria-label={des('panel')}>
        {faces.map((name) => (
          <button key={name} type="button" role="tab" id={`face-${name}`} aria-selected={name === chosen} aria-controls="panel-face" onClick={() => (face.value = name)}>{des(`face.${name}` as DesKey)}</button>
        ))}
      </div>
      <div class={`panel-face${writable.value ? '' : ' shown'}`} id="panel-face" role="tabpanel" aria-labelledby={`face-${chosen}`} tabIndex={-1} key={`${subject.model.id}/${chosen}`}>
        <Entered />
        <Content subject={subject} />
      </div>
      {is(subject.model, 'bpmn:UserTask') && <Who subject={subject} />}
    </aside>
  )
}

/** Who has put a step in by key goes on where it asks for something. */
function Entered() {
  useEffect(() => {
    if (!entering.peek()) return
    entering.value = false
    const first = (within: string) => document.querySelector<HTMLElement>(`.panel-face ${within}`)
    ;(first('.rule input.in') ?? first('.in'))?.focus()
  }, [])
  return null
}

/** The one that is selected; with none, the whole. A label stands for what it names. */
function shown(ids: readonly string[], open: NonNullable<typeof drawing.value>): Shape | undefined {
  const found = ids.length === 1 ? open.get('elementRegistry').get(ids[0]!) : undefined
  const shape = found?.labelTarget ?? found ?? (ids.length > 1 ? undefined : open.get('canvas').getRootElement())
  // Before a file is drawn the canvas has a root without an element.
  return shape?.businessObject ? shape : undefined
}

function facesOf({ model, shape }: Subject): Face[] {
  const found: Face[] = ['basic']
  if (is(model, 'bpmn:UserTask')) found.push('approval', 'deadline', 'rights')
  if (model.$type === 'bpmn:Process' || shape.businessObject.$type === 'bpmn:Participant') found.push('process')
  if (is(model, 'bpmn:Event') || is(model, 'bpmn:SendTask') || is(model, 'bpmn:ReceiveTask')) found.push('event')
  if (['bpmn:ServiceTask', 'bpmn:BusinessRuleTask', 'bpmn:SendTask', 'bpmn:Task', 'bpmn:ScriptTask', 'bpmn:CallActivity'].includes(model.$type)) found.push('work')
  if (is(model, 'bpmn:FlowNode') || model.$type === 'bpmn:Process') found.push('advanced')
  return found
}
