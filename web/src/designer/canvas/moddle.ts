/**
 * The extension elements of `urn:liandong:bpmn:1` for bpmn-moddle, as `engine/kernel/placement.py` lists them. All attributes are
 * text: an attribute says what stands in the file, and what it means is the server's to judge. What is not listed here stays in
 * a file as it is.
 */
const ATTRIBUTES: Record<string, string> = {
  Process: 'startable title title-en pool version-tag withdraw archive',
  Starter: 'post',
  Number: 'category variable period',
  Subject: 'value masked',
  Urgency: 'value',
  Owner: 'value',
  BusinessKey: 'value',
  Visible: 'institution while',
  Search: 'name label label-en value',
  Approval: 'mode form name-en refusal threshold base quorum abstain early chair-last operations signature motions ballot',
  Assign: 'PEOPLE chair role',
  Fallback: 'PEOPLE chair role',
  Copy: 'PEOPLE',
  Recuse: 'PEOPLE',
  Secretary: 'PEOPLE',
  Button: 'name label label-en off for',
  Apart: 'elements from institution months rounds',
  Auto: 'empty starter repeated',
  Fields: 'write required hidden rows for',
  Outcome: 'value label label-en kind opinion fields partial for',
  Deadline: 'term calendar ladder response response-ladder',
  Called: 'binding version version-tag',
  Decision: 'ref result mapping date each item',
  Async: 'before after',
  Retry: 'cycle',
  Timer: 'calendar',
  Correlate: 'name value',
  Payload: 'name value',
  Accept: 'name as',
  In: 'name value',
  Out: 'name value',
}
const PEOPLE = 'rule post person institution department at type line matter body roles of levels until each missing by field value'
/** Elements that hold further elements, which keep their order. */
const HOLDERS: Record<string, string> = { Send: 'to endpoint businessKey expires', Receive: '', Call: 'function', External: 'topic priority' }

const named = (attributes: string) =>
  attributes.replace('PEOPLE', PEOPLE).split(' ').filter(Boolean).map((name) => ({ name, type: 'String', isAttr: true }))

export const LIANDONG = {
  name: 'Liandong',
  prefix: 'liandong',
  uri: 'urn:liandong:bpmn:1',
  xml: { tagAlias: 'lowerCase' },
  associations: [],
  types: [
    ...Object.entries(ATTRIBUTES).map(([name, attributes]) => ({ name, superClass: ['Element'], properties: named(attributes) })),
    ...Object.entries(HOLDERS).map(([name, attributes]) => ({
      name,
      superClass: ['Element'],
      properties: [...named(attributes), { name: 'values', type: 'Element', isMany: true }],
    })),
  ],
}

export interface ModdleElement {
  $type: string
  id?: string
  $parent?: ModdleElement
  $attrs: Record<string, string>
  get: (name: string) => unknown
  set: (name: string, value: unknown) => void
  $instanceOf?: (type: string) => boolean
}
export interface Warning {
  message: string
  element?: ModdleElement
  property?: string
  value?: string
}

/** References that name a variable, or something that another file may define: the kernel reads their text. */
const BY_NAME = new Set(
  ['loopDataInputRef', 'loopDataOutputRef', 'messageRef', 'signalRef', 'errorRef', 'escalationRef', 'itemSubjectRef', 'dataObjectRef', 'processRef']
    .map((name) => `bpmn:${name}`),
)

/** Keeps references whose target the file does not hold, which bpmn-moddle drops. Returns what would be lost all the same. */
export function keepReferences(create: (type: string, properties: object) => unknown, warnings: readonly Warning[]): Warning[] {
  return warnings.filter(({ message, element, property = '', value }) => {
    if (message.startsWith('unknown attribute')) return false
    if (!element || !message.startsWith('unresolved reference') || !BY_NAME.has(property)) return true
    element.set(property, create('bpmn:Property', { id: value }))
    return false
  })
}
