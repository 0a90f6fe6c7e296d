/** Ready elements of our domain: what the words at the left put into a drawing, with people, outcomes, term and ladder. */
import type { DesKey } from '../../i18n/designer'
import type { Drawing, Shape } from './drawing'
import type { ModdleElement } from './moddle'
import { face } from '../panel/face'

type Attributes = Record<string, string>
interface Preset {
  name: DesKey
  type: string
  /** Extension elements in the order of the file. */
  extensions?: readonly [string, Attributes][]
  event?: string
  shape?: object
  prepare?: (element: ModdleElement, drawing: Drawing) => void
}

const AGREE: [string, Attributes] = ['Outcome', { value: 'agree', label: '同意', 'label-en': 'Approve', kind: 'primary' }]
const REFUSE: [string, Attributes] = ['Outcome', { value: 'refuse', label: '不同意', 'label-en': 'Reject', kind: 'negative', opinion: 'required' }]
const ABSTAIN: [string, Attributes] = ['Outcome', { value: 'abstain', label: '弃权', 'label-en': 'Abstain', kind: 'neutral' }]
const DAY: [string, Attributes] = ['Deadline', { term: 'P1D', calendar: 'ADMIN', ladder: 'office' }]
const HOURS: [string, Attributes] = ['Deadline', { term: 'PT4H', calendar: 'CLIN', ladder: 'clinical' }]
/** The head of the department that began the case: somebody in every community. */
const HEAD: [string, Attributes] = ['Assign', { rule: 'head' }]
/** Whose post or committee only the designer knows: the panel asks for it at once, and nothing is published without. */
const SOMEBODY: [string, Attributes] = ['Assign', { rule: 'post' }]

const approval = (name: DesKey, mode: string, ...rest: [string, Attributes][]): Preset => ({ name, type: 'bpmn:UserTask', extensions: [['Approval', mode ? { mode } : {}], ...rest] })

export const PRESETS = {
  approval: approval('preset.approval', '', HEAD, AGREE, REFUSE, DAY),
  all: approval('preset.all', 'all', HEAD, SOMEBODY, AGREE, REFUSE, DAY),
  vote: approval('preset.vote', 'vote', ['Assign', { rule: 'body' }], AGREE, REFUSE, ABSTAIN, DAY),
  consult: approval('preset.consult', 'pool', SOMEBODY, ['Outcome', { value: 'answer', label: '答复', 'label-en': 'Answer', kind: 'primary', opinion: 'required' }], HOURS),
  collect: { ...approval('preset.collect', 'single', ['Assign', { rule: 'post', institution: '${member}' }], ['Outcome', { value: 'submit', label: '报送', 'label-en': 'Report', kind: 'primary' }], ['Deadline', { term: 'P3D', calendar: 'ADMIN', ladder: 'office' }]), prepare: severally },
  urge: { name: 'preset.urge', type: 'bpmn:UserTask', extensions: [['Approval', {}], HEAD, ['Outcome', { value: 'urged', label: '已催办', 'label-en': 'Reminded', kind: 'primary' }], DAY] },
  notice: { ...approval('preset.notice', '', ['Assign', { rule: 'starter' }], ['Outcome', { value: 'read', label: '已阅', 'label-en': 'Read', kind: 'primary' }], ['Copy', { rule: 'head' }]) },
  send: { name: 'preset.send', type: 'bpmn:IntermediateThrowEvent', event: 'bpmn:MessageEventDefinition', extensions: [['Send', {}]] },
  receive: { name: 'preset.receive', type: 'bpmn:IntermediateCatchEvent', event: 'bpmn:MessageEventDefinition', extensions: [['Receive', {}]] },
  timer: { name: 'preset.timer', type: 'bpmn:IntermediateCatchEvent', event: 'bpmn:TimerEventDefinition', extensions: [['Timer', { calendar: 'ADMIN' }]], prepare: oneDay },
  decision: { name: 'preset.decision', type: 'bpmn:BusinessRuleTask', prepare: firstDecision },
  service: { name: 'preset.service', type: 'bpmn:ServiceTask', extensions: [['Call', { function: 'calendar.due' }]] },
  script: { name: 'preset.script', type: 'bpmn:ScriptTask', prepare: (element) => element.set('scriptFormat', 'liandong') },
  call: { name: 'preset.call', type: 'bpmn:CallActivity' },
  subprocess: { name: 'preset.subprocess', type: 'bpmn:SubProcess', shape: { isExpanded: true } },
  exclusive: { name: 'preset.exclusive', type: 'bpmn:ExclusiveGateway' },
  parallel: { name: 'preset.parallel', type: 'bpmn:ParallelGateway' },
  start: { name: 'preset.start', type: 'bpmn:StartEvent' },
  end: { name: 'preset.end', type: 'bpmn:EndEvent' },
  pool: { name: 'preset.pool', type: 'bpmn:Participant' },
} as const satisfies Record<string, Preset>
export type PresetName = keyof typeof PRESETS

/** The panel asks who does a task that is put into the drawing. */
export function asks(name: PresetName): void {
  if (PRESETS[name].type === 'bpmn:UserTask') face.value = 'approval'
}

/** One shape, or a subprocess with its start, as `elementFactory` makes them; `words` are the name that it begins with. */
export function made(drawing: Drawing, name: PresetName, words: string): Shape[] {
  const preset: Preset = PRESETS[name]
  const factory = drawing.get('elementFactory')
  if (preset.type === 'bpmn:Participant') return [factory.createParticipantShape({ isExpanded: true })]
  const businessObject = drawing.get('bpmnFactory').create(preset.type, { id: freeId(drawing, name) })
  const shape = factory.createShape({ type: preset.type, businessObject, ...(preset.event ? { eventDefinitionType: preset.event } : {}), ...preset.shape })
  const element = shape.businessObject
  if (!NAMELESS.has(preset.type)) element.set('name', words)
  extend(element, preset.extensions ?? [], drawing)
  preset.prepare?.(element, drawing)
  if (preset.type !== 'bpmn:SubProcess') return [shape]
  return [shape, factory.createShape({ type: 'bpmn:StartEvent', x: 40, y: 82, parent: shape })]
}

/** An id that people can read in conditions, as `approval_1`. */
function freeId(drawing: Drawing, name: PresetName): string {
  const { ids } = drawing.get('moddle')
  for (let number = 1; ; number++) {
    const id = `${name === 'all' ? 'joint' : name}_${number}`
    if (!ids.assigned(id)) return id
  }
}

const NAMELESS = new Set(['bpmn:StartEvent', 'bpmn:EndEvent', 'bpmn:ExclusiveGateway', 'bpmn:ParallelGateway'])

function extend(element: ModdleElement, extensions: readonly [string, Attributes][], drawing: Drawing): void {
  if (!extensions.length) return
  const moddle = drawing.get('moddle')
  const values = extensions.map(([name, attributes]) => moddle.create(`liandong:${name}`, attributes))
  const holder = moddle.create('bpmn:ExtensionElements', { values })
  for (const value of values) value.$parent = holder
  holder.$parent = element
  element.set('extensionElements', holder)
}

/** One task for each institution of a list. */
function severally(element: ModdleElement, drawing: Drawing): void {
  const moddle = drawing.get('moddle')
  const loop = moddle.create('bpmn:MultiInstanceLoopCharacteristics', { isSequential: false })
  const item = moddle.create('bpmn:DataInput', { id: moddle.ids.nextPrefixed('item_'), name: 'member' })
  item.$parent = loop
  loop.set('loopDataInputRef', moddle.create('bpmn:Property', { id: 'members' }))
  loop.set('inputDataItem', item)
  loop.$parent = element
  element.set('loopCharacteristics', loop)
}

function oneDay(element: ModdleElement, drawing: Drawing): void {
  const [timer] = element.get('eventDefinitions') as ModdleElement[]
  const duration = drawing.get('moddle').create('bpmn:FormalExpression', { body: 'P1D' })
  duration.$parent = timer!
  timer!.set('timeDuration', duration)
}

function firstDecision(element: ModdleElement, drawing: Drawing): void {
  extend(element, [['Decision', { ref: 'decision', result: 'result', mapping: 'singleResult' }]], drawing)
}
