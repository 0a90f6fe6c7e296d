/** What a task does without people: a function, another system, a decision table, a script, another process. */
import { des } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { current, ofKind } from '../state'
import { Choice, Part, Switch, Text } from './controls'
import { functions } from './directory'
import { add, create, extension, is, kindOf, put, remove, text, write, type Subject } from './element'
import { Expression } from './expression'
import { processesOf } from './names'
import { Rows } from './values'

type Way = 'Call' | 'External' | 'Decision'
/** Which ways a kind of task has. */
const WAYS: Record<string, readonly Way[]> = {
  ServiceTask: ['Call', 'External'],
  BusinessRuleTask: ['Decision', 'Call', 'External'],
  SendTask: ['External'],
  Task: ['External'],
}

export function Work({ subject }: { subject: Subject }) {
  const kind = kindOf(subject)
  const ways = WAYS[kind]
  return (
    <>
      {ways && <Ways subject={subject} ways={ways} />}
      {kind === 'ScriptTask' && <Script subject={subject} />}
      {kind === 'CallActivity' && <Called subject={subject} />}
    </>
  )
}

function Ways({ subject, ways }: { subject: Subject; ways: readonly Way[] }) {
  const { model } = subject
  const chosen = ways.find((way) => extension(model, way))
  const choose = (next: string) => {
    if (chosen) remove(subject, extension(model, chosen)!)
    if (next) add(subject, next, START[next as Way])
  }
  return (
    <Part title={des('work')}>
      <Choice label={des('work.how')} value={chosen ?? ''} choices={[['', des('work.none')], ...ways.map((way): [string, string] => [way, des(`work.${way}`)])]} onValue={choose} />
      {chosen === 'Call' && <Function subject={subject} />}
      {chosen === 'External' && <External subject={subject} />}
      {chosen === 'Decision' && <Decision subject={subject} />}
    </Part>
  )
}

const START: Record<Way, Record<string, string>> = { Call: { function: 'calendar.due' }, External: { topic: 'topic' }, Decision: { ref: 'decision', result: 'result', mapping: 'singleResult' } }

function Function({ subject }: { subject: Subject }) {
  const call = extension(subject.model, 'Call')!
  return (
    <>
      <Text label={des('work.function')} mono value={text(call, 'function')} offers={functions().map((name) => [name, ''])} onValue={(name) => name && write(subject, call, { function: name })} />
      <Rows subject={subject} holder={call} name="In" title={des('work.in')} />
      <Rows subject={subject} holder={call} name="Out" title={des('work.out')} hint={des('work.out.hint')} />
    </>
  )
}

function External({ subject }: { subject: Subject }) {
  const external = extension(subject.model, 'External')!
  return (
    <>
      <Expression label={des('work.topic')} model={subject.model} value={text(external, 'topic')} onValue={(topic) => topic && write(subject, external, { topic })} />
      <Expression label={des('work.priority')} model={subject.model} value={text(external, 'priority')} hint={des('work.priority.hint')} onValue={(priority) => write(subject, external, { priority })} />
      <Rows subject={subject} holder={external} name="In" title={des('work.in')} hint={des('work.in.hint')} />
      <Rows subject={subject} holder={external} name="Out" title={des('work.out')} hint={des('work.out.hint')} />
    </>
  )
}

const MAPPINGS = ['singleEntry', 'singleResult', 'collectEntries', 'resultList', 'variables'] as const

function Decision({ subject }: { subject: Subject }) {
  const decision = extension(subject.model, 'Decision')!
  const of = (name: string) => text(decision, name)
  const set = (attributes: Record<string, string | undefined>) => write(subject, decision, attributes)
  const tables = decisions()
  const table = tables.find(({ id }) => id === of('ref'))
  return (
    <>
      <Choice label={des('decision.which')} value={of('ref')} choices={tables.map(({ id, name }): [string, string] => [id, `${name}（${id}）`])} onValue={(ref) => set({ ref })} />
      {table ? <button type="button" class="btn q sm" onClick={() => (current.value = table.file)}>{des('decision.open')}</button> : <p class="err">{des('decision.missing', { ref: of('ref') })}</p>}
      <Choice label={des('decision.mapping')} value={of('mapping')} choices={[['', des('none')], ...MAPPINGS.map((name): [string, string] => [name, des(`mapping.${name}`)])]} onValue={(mapping) => set({ mapping, ...(mapping === 'variables' ? { result: '', each: '', item: '' } : {}) })} />
      {of('mapping') !== 'variables' && <Text label={des('decision.result')} mono value={of('result')} onValue={(result) => set({ result })} />}
      <Expression label={des('decision.date')} kind="expression" model={subject.model} value={of('date')} hint={des('decision.date.hint')} onValue={(date) => set({ date })} />
      {of('mapping') !== 'variables' && (
        <>
          <Expression label={des('decision.each')} kind="expression" model={subject.model} value={of('each')} hint={des('decision.each.hint')} onValue={(each) => set(each ? { each, item: of('item') || 'row' } : { each: '', item: '' })} />
          {of('each') && <Text label={des('decision.item')} mono value={of('item')} onValue={(item) => item && set({ item })} />}
        </>
      )}
    </>
  )
}

/** The decisions of the design's tables, by id. */
function decisions(): { id: string; name: string; file: string }[] {
  return ofKind('decision').flatMap(({ name: file, content }) =>
    [...content.matchAll(/<(?:\w+:)?decision\b([^>]*)>/g)].map(([, attributes]) => {
      const id = /\bid="([^"]+)"/.exec(attributes!)?.[1] ?? ''
      return { id, name: /\bname="([^"]+)"/.exec(attributes!)?.[1] ?? id, file }
    }),
  )
}

function Script({ subject }: { subject: Subject }) {
  return (
    <Part title={des('script')}>
      <Expression label={des('script.lines')} kind="script" lines={6} model={subject.model} value={text(subject.model, 'script')} hint={des('script.hint')}
        onValue={(script) => write(subject, subject.model, { script, scriptFormat: text(subject.model, 'scriptFormat') || 'liandong' })} />
    </Part>
  )
}

const BINDINGS = ['latest', 'deployment', 'version', 'versionTag'] as const

function Called({ subject }: { subject: Subject }) {
  const { model } = subject
  const called = extension(model, 'Called')
  const binding = text(called, 'binding')
  const processes = processesOf(subject.drawing)
  const set = (attributes: Record<string, string | undefined>) => put(subject, 'Called', attributes)
  return (
    <Part title={des('call')}>
      <Expression label={des('call.process')} model={model} value={text(model, 'calledElement')} offers={processes} hint={processes.find(([id]) => id === text(model, 'calledElement'))?.[1]} onValue={(id) => write(subject, model, { calledElement: id })} />
      <Choice label={des('call.binding')} value={binding} choices={[['', des('binding.default')], ...BINDINGS.map((name): [string, string] => [name, des(`binding.${name}`)])]} onValue={(next) => set({ binding: next, version: '', 'version-tag': '' })} />
      {binding === 'version' && <Text label={des('binding.version')} value={text(called, 'version')} onValue={(version) => set({ version })} />}
      {binding === 'versionTag' && <Text label={des('binding.versionTag')} value={text(called, 'version-tag')} onValue={(tag) => set({ 'version-tag': tag })} />}
      <Rows subject={subject} name="In" title={des('call.in')} hint={des('call.all')} />
      <Rows subject={subject} name="Out" title={des('call.out')} hint={des('call.all')} />
    </Part>
  )
}

/** How often an activity runs, when its tokens wait, and how often failed work is tried again. */
export function Advanced({ subject }: { subject: Subject }) {
  const { model } = subject
  const async = extension(model, 'Async')
  const flag = (name: 'before' | 'after') => (
    <Switch label={des(`async.${name}`)} on={text(async, name) === 'true'} onValue={(on) => put(subject, 'Async', { [name]: on ? 'true' : '' })} />
  )
  return (
    <>
      {is(model, 'bpmn:Activity') && <Loop subject={subject} />}
      {is(model, 'bpmn:FlowNode') && <Part title={des('async')}><p class="s d">{des('async.hint')}</p>{flag('before')}{flag('after')}</Part>}
      {(is(model, 'bpmn:FlowNode') || model.$type === 'bpmn:Process') && <Part title={des('retry')}><Text label={des('retry.cycle')} mono value={text(extension(model, 'Retry'), 'cycle')} hint={des('retry.hint')} onValue={(cycle) => put(subject, 'Retry', { cycle })} /></Part>}
      <Kept subject={subject} />
    </>
  )
}

function Loop({ subject }: { subject: Subject }) {
  const { model } = subject
  const loop = model.get('loopCharacteristics') as ModdleElement | undefined
  const kind = !loop ? '' : loop.$type === 'bpmn:StandardLoopCharacteristics' ? 'standard' : loop.get('isSequential') ? 'sequential' : 'parallel'
  const choose = (next: string) => {
    if (!next) return write(subject, model, { loopCharacteristics: undefined })
    if (next === 'standard') return write(subject, model, { loopCharacteristics: create(subject, 'bpmn:StandardLoopCharacteristics', { testBefore: false }, model) })
    if (loop && kind !== 'standard') return write(subject, loop, { isSequential: next === 'sequential' })
    write(subject, model, { loopCharacteristics: create(subject, 'bpmn:MultiInstanceLoopCharacteristics', { isSequential: next === 'sequential' }, model) })
  }
  return (
    <Part title={des('loop')}>
      <Choice label={des('loop.kind')} value={kind} choices={[['', des('loop.once')], ['parallel', des('loop.parallel')], ['sequential', des('loop.sequential')], ['standard', des('loop.standard')]]} onValue={choose} />
      {loop && kind !== 'standard' && <Each subject={subject} loop={loop} />}
      {loop && kind === 'standard' && <Condition subject={subject} owner={loop} name="loopCondition" label={des('loop.condition')} />}
    </Part>
  )
}

function Each({ subject, loop }: { subject: Subject; loop: ModdleElement }) {
  const list = (loop.get('loopDataInputRef') as ModdleElement | undefined)?.id ?? ''
  const item = loop.get('inputDataItem') as ModdleElement | undefined
  const named = (id: string) => (id ? create(subject, 'bpmn:Property', { id }) : undefined)
  const setItem = (name: string) => {
    if (item && name) write(subject, item, { name })
    else write(subject, loop, { inputDataItem: name ? create(subject, 'bpmn:DataInput', { id: subject.drawing.get('moddle').ids.nextPrefixed('item_'), name }, loop) : undefined })
  }
  return (
    <>
      <Text label={des('loop.list')} mono value={list} hint={des('loop.list.hint')} onValue={(id) => write(subject, loop, { loopDataInputRef: named(id) })} />
      <Text label={des('loop.item')} mono value={text(item, 'name')} hint={des('loop.item.hint')} onValue={setItem} />
      <Condition subject={subject} owner={loop} name="loopCardinality" label={des('loop.count')} kind="expression" />
      <Condition subject={subject} owner={loop} name="completionCondition" label={des('loop.until')} />
    </>
  )
}

function Condition({ subject, owner, name, label, kind = 'condition' }: { subject: Subject; owner: ModdleElement; name: string; label: string; kind?: 'condition' | 'expression' }) {
  const held = owner.get(name) as ModdleElement | undefined
  const set = (body: string) => {
    if (held && body) write(subject, held, { body })
    else write(subject, owner, { [name]: body ? create(subject, 'bpmn:FormalExpression', { body }, owner) : undefined })
  }
  return <Expression label={label} kind={kind} model={subject.model} value={text(held, 'body')} onValue={set} />
}

/** What stands at the element that the panel has no field for: of other tools, or unknown. It stays as it is. */
function Kept({ subject }: { subject: Subject }) {
  const { model } = subject
  const foreign = Object.keys(model.$attrs ?? {}).filter((name) => name.includes(':') && !name.startsWith('xmlns'))
  const holder = model.get('extensionElements') as ModdleElement | undefined
  const elements = ((holder?.get('values') as ModdleElement[] | undefined) ?? []).map(({ $type }) => $type).filter((type) => !type.startsWith('liandong:'))
  if (!foreign.length && !elements.length) return null
  return (
    <Part title={des('kept')}>
      <p class="s d2">{des('kept.hint')}</p>
      <p class="s mono">{[...foreign, ...elements].join(' ')}</p>
    </Part>
  )
}
