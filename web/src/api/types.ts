/** What /api/v1 says, field by field. Times are ISO 8601 in UTC, ids are UUID strings, `key` is a 63-bit integer as text. */
import type { CopyLine, Operation, RoundDetail } from './signing-types'

export type * from './signing-types'
import type { Expression } from '../expressions/tree'

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

export interface Named {
  id: string
  name: string
}
/** When something that is entered afterwards (补录) really happened, and why it is entered only now. */
export interface Afterwards {
  occurredAt: string
  reason: string
}
export interface Coded {
  code: string
  name: string
}

export interface Capacity {
  /** The appointment: who sits in which chair, where. */
  id: string
  post: Coded & { nameEn: string | null }
  institution: Coded & { id: string }
  department: Coded | null
}

export interface Session {
  person: Named & { login: string }
  capacities: Capacity[]
  mustChangePassword: boolean
  csrfToken: string
  rights: string[]
  /** Whether the person sees the statistics of an institution. */
  statistics: boolean
  demo: boolean
  idleMinutes: number
  /** For how long a decision can be taken back. */
  undoSeconds: number
}

export type Urgency = 'E' | 'U' | 'R'
export type Box = 'todo' | 'later' | 'claimable' | 'soon' | 'overdue' | 'copied' | 'done' | 'drafts' | 'sending'

export interface TaskRow {
  id: string
  key: string
  revision: number
  /** Name of the step. */
  name: string
  /** Masked in lists, full in the open task. */
  subject: string | null
  urgency: Urgency | null
  process: { key: string; name: string }
  instance: { id: string; number: string | null }
  institution: Coded | null
  from: { name: string; institution: string | null } | null
  state: 'open' | 'claimed' | 'completed' | 'closed'
  assignee: Named | null
  suspended: boolean
  claimable: boolean
  mine: boolean
  createdAt: string
  dueAt: string | null
  /** The whole term in seconds, for the ruler. */
  termSeconds: number | null
  /** The due date lies in a year whose calendar is not published yet. */
  provisional: boolean
  /** Until when somebody should have taken it up; none once somebody has. */
  responseDueAt: string | null
  /** 0 on time, 1 overdue, 2 and 3 escalated. */
  level: 0 | 1 | 2 | 3
  unread: boolean
  completedAt: string | null
  outcome: string | null
  outcomeLabel: string | null
  reason: 'no-candidate' | null
  /** The principal for whom an agent may do it, or has done it. */
  onBehalfOf: string | null
  /** Set while a decision of one's own waits to be sent. */
  heldUntil: string | null
  heldLabel: string | null
  copyId: string | null
  readAt: string | null
  /** Until when one has put it off, in the list of those. */
  followUpAt: string | null
}

export interface Counts {
  todo: number
  claimable: number
  overdue: number
  soon: number
  copied: number
  started: number
  sending: number
  drafts: number
  /** Tasks in one's hands that one has put off. */
  later: number
}

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value }
export type Values = { [name: string]: Value }

export interface Option {
  value: string
  label: string
  labelEn: string
}

export type FieldType = 'textfield' | 'textarea' | 'number' | 'select' | 'radio' | 'checkbox' | 'checklist' | 'taglist' | 'datetime' | 'filepicker'

interface Component {
  id: string
  properties: Properties
  layout?: { row?: string | null; columns?: number | null }
  /** The component is absent where this is true. */
  conditional?: { hide: Expression }
}

/** What a form says beyond form-js. */
export interface Properties {
  unit?: string
  money?: boolean
  mask?: 'name' | 'id' | 'phone'
  rule?: string
  ruleWhen?: Expression
  requiredWhen?: Expression
  /** Beyond these a value is clinically critical. */
  critical?: { low?: number; high?: number }
  [other: string]: unknown
}

/** One value. Access and required are already decided for this person and this step. */
export interface Field extends Component {
  type: FieldType
  key: string
  label: string
  labelEn: string
  description?: string
  descriptionEn?: string
  access: 'read' | 'write'
  required: boolean
  values?: Option[]
  validate?: Validate
  subtype?: 'date' | 'time' | 'datetime'
  decimalDigits?: number
  /** Of a filepicker: media types, how many files, how large each. */
  accept?: string[]
  maxFiles?: number
  maxBytes?: number
  defaultValue?: Value
}

export interface Section extends Component {
  type: 'group'
  label: string
  labelEn: string
  /** With a path the section's values lie together in one object. */
  path?: string
  components: Node[]
}

export interface Rows extends Component {
  type: 'dynamiclist'
  path: string
  label: string
  labelEn: string
  access: 'read' | 'write'
  required: boolean
  maxRows: number
  /** What may be done to rows. Where a row that is there could not be told from a new one, it carries its number as `#`. */
  rowRights: { add: boolean; edit: boolean; remove: boolean }
  components: Node[]
}

export interface Ornament extends Component {
  type: 'text' | 'separator' | 'spacer'
  text?: string
  textEn?: string
  height?: number
}

export type Node = Field | Section | Rows | Ornament

export interface Validate {
  min?: number | string
  max?: number | string
  minLength?: number
  maxLength?: number
  pattern?: string
  validationType?: string
}

export interface FormCheck extends Expression {
  /** The field that shows the message. */
  field: string
  message: string
  messageEn: string
}

export interface Form {
  id: string
  title: string
  titleEn: string
  /** Which copy of the slip it is, such as 第三联 接收科室. */
  copy: string | null
  copyEn: string | null
  components: Node[]
  checks: FormCheck[]
}

export type OutcomeKind = 'primary' | 'negative' | 'neutral'
export interface Outcome {
  value: string
  label: string
  labelEn: string | null
  kind: OutcomeKind
  opinionRequired: boolean
  /** Fields that must be filled for this outcome. */
  fields: string[]
  /** Nothing but these fields must be filled. */
  partial: boolean
}

export type Action = 'claim' | 'unclaim' | 'complete' | 'saveDraft' | 'reassign' | 'recalculate' | 'return' | 'takeBack' | 'undo'

export interface Opinion {
  step: string
  person: string | null
  capacity: string | null
  outcomeLabel: string | null
  kind: OutcomeKind | null
  opinion: string | null
  /** The principal for whom an agent has decided. */
  onBehalfOf: string | null
  /** Of the handwritten signature. */
  signature: string | null
  /** When it was really decided, if it was entered afterwards. */
  occurredAt: string | null
  files: Attachment[]
  at: string
}

export interface Phrases {
  own: string[]
  institutions: { institution: Coded; phrases: string[] }[]
}

export interface Attachment {
  id: string
  name: string
  type: string
  size: number
  uploadedAt: string
}

export interface LadderStep {
  at: string
  kind: 'remind' | 'overdue' | 'level2' | 'level3'
  text: string
  textEn: string | null
  done: boolean
}

export interface TaskDetail extends TaskRow {
  form: Form | null
  data: Values
  /** Files that the data name, and one's own uploads. */
  attachments: Attachment[]
  /** On their way with the opinion. */
  enclosures: Attachment[]
  outcomes: Outcome[]
  actions: Action[]
  capacity: { post: string; institution: string } | null
  draft: { data: Values; opinion: string | null; savedAt: string } | null
  /** Whether it is signed by hand. */
  signature: 'none' | 'offered' | 'required'
  signed: boolean
  /** What one had decided and could not be sent, and why. */
  unsent: { outcomeLabel: string | null; data: Values; opinion: string | null; detail: string; at: string } | null
  copies: CopyLine[]
  /** Whether the reader follows the case. */
  followed: boolean
  opinions: Opinion[]
  ladder: LadderStep[]
  elementId: string
  round: RoundDetail
  operations: Operation[]
  /** What the step calls sending back, where it has a name of its own. */
  returnLabel: string | null
  /** As the form was read: what others write after it is not overwritten unseen. */
  formVersion: number | null
  /** Why the case was sent back to this step; without a name its starter has withdrawn it. */
  returned: { name: string | null; byName: string; reason: string; resume: 'again' | 'direct'; at: string } | null
}

export interface NowStep {
  step: string
  /** A name, or a post and its institution. */
  holder: string
  since: string
  dueAt: string | null
  level: 0 | 1 | 2 | 3
}

export interface InstanceRow {
  id: string
  key: string
  number: string | null
  subject: string | null
  urgency: Urgency | null
  process: { key: string; name: string; version: number }
  institution: Coded | null
  state: 'active' | 'completed' | 'terminated' | 'cancelled' | 'incident' | 'suspended'
  occurredAt: string | null
  startedAt: string
  endedAt: string | null
  startedBy: { name: string } | null
  now: NowStep[]
}

export interface InstanceDetail extends InstanceRow {
  /** One instance for each pool the reader may see. */
  collaboration: { id: string; pool: string; institution: Coded | null; state: InstanceRow['state'] }[]
  /** Whether its process is drawn with other pools. */
  collaborates: boolean
  /** What the end is called at which everything else ended, such as 不通过. */
  ending: string | null
  followed: boolean
  actions: ('withdraw' | 'urge' | 'readArchive')[]
}

/** What came of an action; null for what the person may not see any more. */
export interface ActionReply {
  task: TaskRow | null
  instance: InstanceRow | null
  nextTask: TaskRow | null
}

export interface DocumentChoice {
  id: string
  title: string
  titleEn: string
}
export interface Startable {
  key: string
  name: string
  nameEn: string | null
  title: string | null
  /** Of the pinyin of its name and title. */
  initials: string
  capacities: string[]
  description: string | null
}

export interface Diagram {
  xml: string
  tokens: { element: string; count: number; since: string | null }[]
  done: string[]
  outline: { element: string; name: string | null; type: string; state: 'done' | 'now' | 'todo' }[]
  pools: { instanceId: string | null; name: string; visible: boolean }[]
}

export interface Notice {
  id: string
  at: string
  text: string
  textEn: string | null
  taskId: string | null
  instanceId: string | null
  readAt: string | null
}

export interface Notices extends Page<Notice> {
  unread: number
}

export interface Reassignee {
  id: string
  name: string
  initials: string
  post: string
  institution: string
}

/** How sure a step ahead is. */
export type Mark = 'certain' | 'conditional' | 'possible'

export interface ForecastStep {
  element: string
  name: string
  mark: Mark
  /** 1 comes next. */
  distance: number
  because: string | null
  waits: boolean
  people: string[]
  peopleCount: number
  peopleKnown: boolean
  mine: boolean
  automatic: 'pass' | 'refuse' | 'block' | 'administrator' | null
}

export interface OutcomeForecast {
  outcome: string
  steps: ForecastStep[]
  ends: Mark | null
  /** How many others have to speak first. */
  awaits: number
  /** Events that the case waits for first, where no task comes at once. */
  awaited: string[]
}

export interface CaseForecast {
  next: ForecastStep[]
  ends: Mark | null
}

/** Whom the rules of a task find now, by name. */
export interface Recalculation {
  joining: string[]
  leaving: string[]
  staying: string[]
}

/** RFC 9457 problem, as the server writes it. */
export interface ProblemBody {
  title?: string
  status: number
  code: string
  detail?: string
  errors?: FieldError[]
  facts?: { [name: string]: unknown }
}

export interface FieldError {
  path: string
  code: string
  message: string
}
