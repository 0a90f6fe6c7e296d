/** Name, id and note of an element; of a connection its condition, of a gateway its default way out. */
import { useSignal } from '@preact/signals'
import { des, type DesKey } from '../../i18n/designer'
import type { Shape } from '../canvas/drawing'
import type { ModdleElement } from '../canvas/moddle'
import { Choice, Part, Switch, Text } from './controls'
import { create, extension, is, kindOf, put, text, write, type Subject } from './element'
import { Expression } from './expression'

const ID = /^[A-Za-z_][\w-]*$/

export function Basic({ subject }: { subject: Subject }) {
  const { model, shape, drawing } = subject
  const kind = kindOf(subject)
  const pool = shape.businessObject.$type === 'bpmn:Participant'
  const note = kind === 'TextAnnotation'
  const rename = (name: string) => (pool || note || model !== shape.businessObject ? drawing.get('modeling').updateLabel(shape, name) : drawing.get('modeling').updateProperties(shape, { name: name || undefined }))
  return (
    <>
      <Part title={des('basic')}>
        <Text label={pool ? des('pool.name') : des('name')} value={text(shape.businessObject, note ? 'text' : 'name')} lines={2} onValue={rename} />
        {kind === 'UserTask' && <Text label={des('name.en')} value={text(extension(model, 'Approval'), 'name-en')} onValue={(name) => put(subject, 'Approval', { 'name-en': name })} />}
        <Id subject={subject} />
        <Documentation subject={subject} />
      </Part>
      {kind === 'SequenceFlow' && <Flow subject={subject} />}
      {is(model, 'bpmn:Gateway') && <DefaultFlow subject={subject} />}
      {kind === 'ComplexGateway' && <Activation subject={subject} />}
    </>
  )
}

/** The id is how expressions, scenarios and running cases call an element. */
function Id({ subject }: { subject: Subject }) {
  const { model, shape, drawing } = subject
  const wrong = useSignal('')
  const set = (id: string) => {
    const taken = id !== model.id && drawing.get('moddle').ids.assigned(id)
    wrong.value = !ID.test(id) ? des('id.wrong') : taken ? des('id.taken', { id }) : ''
    if (wrong.value || id === model.id) return
    if (model === shape.businessObject) drawing.get('modeling').updateProperties(shape, { id })
    else write(subject, model, { id })
  }
  return (
    <>
      <Text label={des('id')} mono value={model.id ?? ''} hint={des('id.hint')} onValue={set} />
      {wrong.value && <p class="err" role="alert">{wrong.value}</p>}
    </>
  )
}

function Documentation({ subject }: { subject: Subject }) {
  const { model } = subject
  const all = (model.get('documentation') as ModdleElement[] | undefined) ?? []
  const set = (words: string) => {
    const [first, ...rest] = all
    if (first && words) write(subject, first, { text: words })
    else write(subject, model, { documentation: words ? [create(subject, 'bpmn:Documentation', { text: words }, model)] : rest })
  }
  return <Text label={des('documentation')} lines={3} value={text(all[0], 'text')} onValue={set} />
}

function Flow({ subject }: { subject: Subject }) {
  const { model } = subject
  const source = model.get('sourceRef') as ModdleElement | undefined
  const isDefault = source?.get('default') === model
  const condition = model.get('conditionExpression') as ModdleElement | undefined
  const set = (body: string) => {
    if (condition && body) write(subject, condition, { body })
    else write(subject, model, { conditionExpression: body ? create(subject, 'bpmn:FormalExpression', { body }, model) : undefined })
  }
  const decides = source && (is(source, 'bpmn:ExclusiveGateway') || is(source, 'bpmn:InclusiveGateway') || is(source, 'bpmn:ComplexGateway') || is(source, 'bpmn:Activity'))
  if (!decides) return null
  return (
    <Part title={des('condition')}>
      {isDefault ? <p class="s d2">{des('condition.default')}</p> : <Expression label={des('condition')} kind="condition" lines={2} model={model} value={text(condition, 'body')} hint={des('condition.hint')} onValue={set} />}
      <Outcomes source={source} onChoose={set} />
      <Switch label={des('condition.isDefault')} on={isDefault} onValue={(on) => {
        if (on) set('')
        write({ ...subject, shape: subject.shape.source ?? subject.shape }, source, { default: on ? model : undefined })
      }} />
    </Part>
  )
}

/** Conditions that ask for an outcome of the task before, ready to be chosen. */
function Outcomes({ source, onChoose }: { source: ModdleElement; onChoose: (condition: string) => void }) {
  const task = taskBefore(source)
  const values = task ? ((task.get('extensionElements') as ModdleElement | undefined)?.get('values') as ModdleElement[] | undefined)?.filter(({ $type }) => $type === 'liandong:Outcome') : []
  if (!task || !values?.length) return null
  return (
    <p class="fx s">
      <span class="d2">{des('condition.outcomes')}</span>
      {values.map((outcome) => (
        <button key={text(outcome, 'value')} type="button" class="btn sm" onClick={() => onChoose(`\${${task.id}.outcome == '${text(outcome, 'value')}'}`)}>{text(outcome, 'label') || text(outcome, 'value')}</button>
      ))}
    </p>
  )
}

function taskBefore(source: ModdleElement): ModdleElement | undefined {
  if (is(source, 'bpmn:UserTask')) return source
  const incoming = (source.get('incoming') as ModdleElement[] | undefined) ?? []
  const before = incoming.map((flow) => flow.get('sourceRef') as ModdleElement).filter((one) => is(one, 'bpmn:UserTask'))
  return before.length === 1 ? before[0] : undefined
}

function DefaultFlow({ subject }: { subject: Subject }) {
  const { model } = subject
  const outgoing = (model.get('outgoing') as ModdleElement[] | undefined) ?? []
  if (outgoing.length < 2 || is(model, 'bpmn:ParallelGateway') || is(model, 'bpmn:EventBasedGateway')) return null
  const named = (flow: ModdleElement): [string, string] => [flow.id ?? '', text(flow, 'name') || des('flow.to', { name: text(flow.get('targetRef') as ModdleElement, 'name') || (flow.get('targetRef') as ModdleElement).id || '' })]
  return (
    <Part title={des('gateway')}>
      <Choice label={des('gateway.default')} value={(model.get('default') as ModdleElement | undefined)?.id ?? ''} choices={[['', des('none')], ...outgoing.map(named)]} hint={des('gateway.default.hint')}
        onValue={(id) => write(subject, model, { default: outgoing.find((flow) => flow.id === id) })} />
    </Part>
  )
}

function Activation({ subject }: { subject: Subject }) {
  const condition = subject.model.get('activationCondition') as ModdleElement | undefined
  const set = (body: string) => {
    if (condition && body) write(subject, condition, { body })
    else write(subject, subject.model, { activationCondition: body ? create(subject, 'bpmn:FormalExpression', { body }, subject.model) : undefined })
  }
  return <Part title={des('gateway')}><Expression label={des('gateway.activation')} kind="condition" model={subject.model} value={text(condition, 'body')} onValue={set} /></Part>
}

/** What an element is called in the page's language. */
export function typeName(shape: Shape): string {
  const kind = shape.businessObject.$type.replace('bpmn:', '')
  const definition = (shape.businessObject.get('eventDefinitions') as ModdleElement[] | undefined)?.[0]
  const event = definition?.$type.replace('bpmn:', '').replace('EventDefinition', '')
  const key = `type.${kind}` as DesKey
  return [des(key), event && des(`event.${event}` as DesKey)].filter(Boolean).join('，')
}
