/** What /api/v1 says, field by field. Times are ISO 8601 in UTC, ids are UUID strings, `key` is a 63-bit integer as text. */
import type { Expression, Tree } from '../expressions/tree'

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

export interface Named {
  id: string
  name: string
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
  demo: boolean
  idleMinutes: number
}

export type Urgency = 'E' | 'U' | 'R'
export type Box = 'todo' | 'claimable' | 'soon' | 'overdue' | 'copied' | 'done'

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
  institution: Coded
  from: { name: string; institution: string | null } | null
  state: 'open' | 'claimed' | 'completed' | 'closed'
  assignee: Named | null
  claimable: boolean
  mine: boolean
  createdAt: string
  dueAt: string | null
  /** The whole term in seconds, for the ruler. */
  termSeconds: number | null
  /** The due date lies in a year whose calendar is not published yet. */
  provisional: boolean
  /** 0 on time, 1 overdue, 2 and 3 escalated. */
  level: 0 | 1 | 2 | 3
  unread: boolean
  completedAt: string | null
  outcome: string | null
  outcomeLabel: string | null
  reason: 'no-candidate' | null
  copyId?: string
  readAt?: string | null
}

export interface Counts {
  todo: number
  claimable: number
  overdue: number
  soon: number
  done?: number
  copied: number
  started: number
}

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value }
export type Values = { [name: string]: Value }

export interface Option {
  label: string
  labelEn?: string | null
  value: string | number | boolean
}

/** A form-js component with our additions: access and required are already decided for this person and this step. */
export interface Component {
  type: string
  id?: string
  key?: string
  label?: string
  labelEn?: string | null
  description?: string
  descriptionEn?: string | null
  text?: string
  textEn?: string | null
  path?: string
  components?: Component[]
  values?: Option[]
  layout?: { row?: string | null; columns?: number | null }
  access?: 'read' | 'write'
  required?: boolean
  validate?: Validate
  conditional?: { hide?: Expression | null } | null
  subtype?: 'date' | 'time' | 'datetime'
  decimalDigits?: number | null
  increment?: number | string | null
  serializeToString?: boolean
  allowAddRemove?: boolean
  defaultRepetitions?: number
  appearance?: { prefixAdorner?: string; suffixAdorner?: string }
  properties?: { [name: string]: unknown }
  [other: string]: unknown
}

export interface Validate {
  required?: boolean
  min?: number | string | null
  max?: number | string | null
  minLength?: number | string | null
  maxLength?: number | string | null
  pattern?: string
  patternErrorMessage?: string
  validationType?: string
}

export interface FormCheck {
  field: string
  tree: Tree
  message: string
  messageEn: string | null
}

export interface Form {
  id: string
  title: string
  titleEn: string | null
  components: Component[]
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
}

export type Action = 'claim' | 'unclaim' | 'complete' | 'saveDraft' | 'reassign'

export interface Opinion {
  step: string
  person: string
  capacity: string | null
  outcomeLabel: string | null
  opinion: string | null
  at: string
  kind?: OutcomeKind
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
  outcomes: Outcome[]
  actions: Action[]
  refused?: Partial<Record<Action, string>>
  capacity: { post: string; institution: string } | null
  draft: { data: Values; opinion: string | null; savedAt: string } | null
  opinions: Opinion[]
  ladder: LadderStep[]
  elementId: string
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
  institution: Coded
  state: 'active' | 'completed' | 'terminated' | 'cancelled' | 'incident'
  startedAt: string
  endedAt: string | null
  startedBy: { name: string } | null
  now: NowStep[]
}

export interface InstanceDetail extends InstanceRow {
  collaboration: { id: string; pool: string; institution: Coded | string; state: InstanceRow['state'] }[]
}

export interface ActionReply {
  task: TaskRow
  instance: InstanceRow
  nextTask: TaskRow | null
}

export interface Startable {
  key: string
  name: string
  nameEn: string | null
  title: string | null
  capacities: string[]
  description: string | null
}

export interface TimelineItem {
  at: string | null
  kind: 'step' | 'task' | 'message' | 'timer' | 'escalation' | 'incident' | 'system'
  title: string
  titleEn: string | null
  person: string | null
  capacity: string | null
  detail: string | null
  detailEn: string | null
  state: 'done' | 'now' | 'next'
  since: string | null
  dueAt: string | null
}

export interface Diagram {
  xml: string
  tokens: { element: string; count: number; since: string | null }[]
  done: string[]
  outline: { element: string; name: string | null; type: string; state: 'done' | 'now' | 'todo' }[]
  pools: { instanceId: string; name: string; visible: boolean }[]
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

export interface Incident {
  id: string
  at: string
  instance: { id: string; number: string | null }
  process: string | Coded | { key: string; name: string }
  element: string
  code: string
  message: string
  retriesLeft: number | null
  state: string
}

export interface Reassignee {
  id: string
  name: string
  post: string
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
