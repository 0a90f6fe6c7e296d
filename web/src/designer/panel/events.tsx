/** What an event waits for or throws: messages, signals, errors, times, conditions; and where a message goes. */
import { des, type DesKey } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { Act, Choice, Part, Switch, Text } from './controls'
import { calendarCodes, institutions } from './directory'
import { add, create, definitionsOf, extension, is, put, remove, text, write, type Subject } from './element'
import { Expression } from './expression'
import { Rows } from './values'

const NAMED: Record<string, { type: string; ref: string; code?: string }> = {
  MessageEventDefinition: { type: 'bpmn:Message', ref: 'messageRef' },
  SignalEventDefinition: { type: 'bpmn:Signal', ref: 'signalRef' },
  ErrorEventDefinition: { type: 'bpmn:Error', ref: 'errorRef', code: 'errorCode' },
  EscalationEventDefinition: { type: 'bpmn:Escalation', ref: 'escalationRef', code: 'escalationCode' },
}
const TIMES = ['timeDuration', 'timeDate', 'timeCycle'] as const

/** The definition of an event, or the task itself where it sends or receives. */
function definitionOf({ model }: Subject): ModdleElement | undefined {
  if (is(model, 'bpmn:SendTask') || is(model, 'bpmn:ReceiveTask')) return model
  return (model.get('eventDefinitions') as ModdleElement[] | undefined)?.[0]
}

export function EventFace({ subject }: { subject: Subject }) {
  const definition = definitionOf(subject)
  const { model } = subject
  const kind = definition === model ? 'MessageEventDefinition' : (definition?.$type.replace('bpmn:', '') ?? '')
  const throwing = is(model, 'bpmn:ThrowEvent') || is(model, 'bpmn:SendTask')
  if (!definition) return is(model, 'bpmn:StartEvent') ? <Handed subject={subject} /> : null
  return (
    <>
      {kind in NAMED && <Named subject={subject} definition={definition} kind={kind} />}
      {kind === 'TimerEventDefinition' && <Timer subject={subject} definition={definition} />}
      {kind === 'ConditionalEventDefinition' && <Condition subject={subject} definition={definition} />}
      {kind === 'LinkEventDefinition' && <Part title={des('event')}><Text label={des('event.link')} value={text(definition, 'name')} onValue={(name) => write(subject, definition, { name })} /></Part>}
      {kind === 'CompensateEventDefinition' && throwing && <Compensation subject={subject} definition={definition} />}
      {is(model, 'bpmn:BoundaryEvent') && kind !== 'ErrorEventDefinition' && kind !== 'CompensateEventDefinition' && <Switch label={des('event.interrupting')} on={model.get('cancelActivity') !== false} onValue={(on) => write(subject, model, { cancelActivity: on })} />}
      {throwing && ['MessageEventDefinition', 'SignalEventDefinition'].includes(kind) && <Send subject={subject} signal={kind === 'SignalEventDefinition'} />}
      {!throwing && kind === 'MessageEventDefinition' && <Receive subject={subject} />}
    </>
  )
}

function Named({ subject, definition, kind }: { subject: Subject; definition: ModdleElement; kind: string }) {
  const { type, ref, code } = NAMED[kind]!
  const root = definitionsOf(subject.model)
  const known = ((root?.get('rootElements') as ModdleElement[] | undefined) ?? []).filter(({ $type }) => $type === type)
  const chosen = definition.get(ref) as ModdleElement | undefined
  const set = (name: string) => {
    const found = known.find((one) => text(one, 'name') === name || one.id === name)
    if (found || !name || !root) return write(subject, definition, { [ref]: found })
    const made = create(subject, type, { id: idOf(name, subject, type), name, ...(code ? { [code]: name } : {}) }, root)
    write(subject, root, { rootElements: [made, ...((root.get('rootElements') as ModdleElement[] | undefined) ?? [])] })
    write(subject, definition, { [ref]: made })
  }
  return (
    <Part title={des(`named.${type.replace('bpmn:', '')}` as DesKey)}>
      <Text label={des('named.name')} value={text(chosen, 'name') || (chosen?.id ?? '')} offers={known.map((one) => [text(one, 'name') || (one.id ?? ''), ''])} hint={des('named.hint')} onValue={set} />
      {chosen && code && <Text label={des('named.code')} mono value={text(chosen, code)} onValue={(value) => write(subject, chosen, { [code]: value })} />}
    </Part>
  )
}

/** The name itself where it can be an id that is free, else one that is made. */
function idOf(name: string, subject: Subject, type: string): string {
  const ids = subject.drawing.get('moddle').ids as unknown as { assigned: (id: string) => unknown; nextPrefixed: (prefix: string) => string }
  return /^[A-Za-z_][\w-]*$/.test(name) && !ids.assigned(name) ? name : ids.nextPrefixed(`${type.replace('bpmn:', '')}_`)
}

function Timer({ subject, definition }: { subject: Subject; definition: ModdleElement }) {
  const kind = TIMES.find((name) => definition.get(name)) ?? 'timeDuration'
  const expression = definition.get(kind) as ModdleElement | undefined
  const set = (next: (typeof TIMES)[number], body: string) =>
    write(subject, definition, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [next]: create(subject, 'bpmn:FormalExpression', { body }, definition) })
  return (
    <Part title={des('timer')}>
      <Choice label={des('timer.kind')} value={kind} choices={TIMES.map((name) => [name, des(`timer.${name}`)])} onValue={(next) => set(next as (typeof TIMES)[number], text(expression, 'body'))} />
      <Expression label={des('timer.value')} model={subject.model} value={text(expression, 'body')} hint={des(`timer.${kind}.hint`)} onValue={(body) => set(kind, body)} />
      <Expression label={des('timer.calendar')} model={subject.model} value={text(extension(subject.model, 'Timer'), 'calendar')} offers={calendarCodes()} hint={des('timer.calendar.hint')} onValue={(calendar) => put(subject, 'Timer', { calendar })} />
    </Part>
  )
}

function Condition({ subject, definition }: { subject: Subject; definition: ModdleElement }) {
  const condition = definition.get('condition') as ModdleElement | undefined
  const set = (body: string) => write(subject, definition, { condition: body ? create(subject, 'bpmn:FormalExpression', { body }, definition) : undefined })
  return <Part title={des('event')}><Expression label={des('condition')} kind="condition" model={subject.model} value={text(condition, 'body')} onValue={set} /></Part>
}

function Compensation({ subject, definition }: { subject: Subject; definition: ModdleElement }) {
  const activity = definition.get('activityRef') as ModdleElement | undefined
  const all = subject.drawing.get('elementRegistry').filter(({ businessObject }) => is(businessObject, 'bpmn:Activity')).map(({ businessObject }) => businessObject)
  return (
    <Part title={des('event')}>
      <Choice label={des('event.compensates')} value={activity?.id ?? ''} choices={[['', des('event.compensates.all')], ...all.map((one): [string, string] => [one.id ?? '', text(one, 'name') || (one.id ?? '')])]}
        onValue={(id) => write(subject, definition, { activityRef: all.find((one) => one.id === id) })} />
    </Part>
  )
}

/** Where a message goes, which case is meant, and all that it carries. */
function Send({ subject, signal }: { subject: Subject; signal: boolean }) {
  const send = extension(subject.model, 'Send')
  const { model } = subject
  if (!send) {
    return <Part title={des('send')} add={des('send.add')} onAdd={() => add(subject, 'Send', {})}><p class="s d2">{des('send.none')}</p></Part>
  }
  const of = (name: string) => text(send, name)
  const set = (attributes: Record<string, string | undefined>) => write(subject, send, attributes)
  const pools = subject.drawing.get('elementRegistry').filter(({ businessObject }) => businessObject.$type === 'bpmn:Participant' && !businessObject.get('processRef'))
  return (
    <Part title={des('send')}>
      {!signal && (
        <>
          <Expression label={des('send.to')} model={model} value={of('to')} offers={institutions()} onValue={(to) => set({ to, ...(to ? { endpoint: '' } : {}) })} />
          <Choice label={des('send.endpoint')} value={of('endpoint')} choices={[['', des('none')], ...pools.map(({ businessObject }): [string, string] => [businessObject.id ?? '', text(businessObject, 'name') || (businessObject.id ?? '')])]} onValue={(endpoint) => set({ endpoint, ...(endpoint ? { to: '' } : {}) })} />
          <Expression label={des('process.key')} model={model} value={of('businessKey')} onValue={(businessKey) => set({ businessKey })} />
          <Expression label={des('send.expires')} model={model} value={of('expires')} hint={des('send.expires.hint')} onValue={(expires) => set({ expires })} />
          <Rows subject={subject} holder={send} name="Correlate" title={des('send.correlate')} />
        </>
      )}
      <Rows subject={subject} holder={send} name="Payload" title={des('send.payload')} hint={des('send.payload.hint')} />
      <Act onAct={() => remove(subject, send)}>{des('remove')}</Act>
    </Part>
  )
}

function Receive({ subject }: { subject: Subject }) {
  const receive = extension(subject.model, 'Receive')
  if (!receive) return <Part title={des('receive')} add={des('receive.add')} onAdd={() => add(subject, 'Receive', {})}><p class="s d2">{des('receive.none')}</p></Part>
  return (
    <Part title={des('receive')}>
      <Rows subject={subject} holder={receive} name="Correlate" title={des('receive.correlate')} />
      <Rows subject={subject} holder={receive} name="Accept" title={des('receive.accept')} other="as" hint={des('receive.accept.hint')} />
      <Act onAct={() => remove(subject, receive)}>{des('remove')}</Act>
    </Part>
  )
}

/** On a start that waits for nothing: what another system may hand over. */
function Handed({ subject }: { subject: Subject }) {
  const receive = extension(subject.model, 'Receive')
  if (!receive) return <Part title={des('receive.start')} add={des('receive.start.add')} onAdd={() => add(subject, 'Receive', {})}><p class="s d2">{des('receive.start.none')}</p></Part>
  return <Part title={des('receive.start')}><Rows subject={subject} holder={receive} name="Accept" title={des('receive.accept')} other="as" /><Act onAct={() => remove(subject, receive)}>{des('remove')}</Act></Part>
}
