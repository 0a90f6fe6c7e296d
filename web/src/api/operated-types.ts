/** What operators see, as the server tells it. No subject, no variable in full, no payload. */
import type { Coded, InstanceRow, Value } from './types'

export interface CaseRef {
  id: string
  number: string | null
}
export interface ProcessRef {
  key: string
  name: string
  version: number
}

export interface Incident {
  id: string
  at: string
  instance: CaseRef | null
  process: ProcessRef | null
  element: string | null
  elementName: string | null
  code: string
  message: string
  retriesLeft: number | null
  state: string
  note: string | null
}

export interface Job {
  id: string
  kind: string
  instance: CaseRef | null
  dueAt: string
  state: string
  retries: number
  attempts: number
  error: string | null
}

export interface HeatElement {
  element: string
  name: string
  visits: number
  median: number | null
  p90: number | null
  here: number
  waiting: number | null
}
export interface HeatMap {
  process: { key: string; name: string; version: number }
  versions: number[]
  cases: number
  xml: string
  elements: HeatElement[]
}

export interface DeadMessage {
  id: string
  name: string
  fromInstitution: Coded | null
  toInstitution: Coded | null
  endpoint: string | null
  businessKey: string | null
  channel: string
  state: string
  reason: string | null
  sentAt: string
  expiresAt: string
}

export interface OperatedInstance {
  id: string
  key: string
  number: string | null
  process: ProcessRef
  institution: Coded | null
  state: InstanceRow['state']
  revision: number
  startedAt: string
  endedAt: string | null
}

/** Which cases; what is left out asks for all. */
export interface InstanceFilter {
  q?: string
  state?: string
  process?: string
  version?: number
  businessKey?: string
  /** Of `process`, where a token stands. */
  element?: string
  /** Of `process`, which was completed. */
  passed?: string
  /** Begun so many days ago or later. */
  days?: number
  startedFrom?: string
  startedUntil?: string
  /** `name operator value` each. */
  where?: string[]
}

/** What a filter can name. */
export interface FoundBy {
  attributes: { name: string; label: string }[]
  versions: number[]
  elements: Place[]
}

export interface Place {
  element: string
  name: string | null
  type: string
}

export interface OperatedCase extends OperatedInstance {
  incidents: number
  /** Versions of its process, the newest first. */
  versions: number[]
  migratedFrom: number | null
  collaboration: { id: string; pool: string; institution: Coded | null; state: InstanceRow['state'] }[]
  /** Whether its process is drawn with other pools. */
  collaborates: boolean
  places: Place[]
}

export interface Token {
  key: string
  element: string
  elementName: string | null
  type: string | null
  state: string
  parent: string | null
  ancestor: string | null
  enteredAt: string
  /** One open task of its round, by which the people of the whole round are found anew. */
  task: string | null
  taskRevision: number | null
}

export interface Variable {
  scope: string
  scopeKind: string
  name: string
  masked: Value
  revision: number
  element: string | null
}

export interface Instruction {
  start?: { before?: string; after?: string }
  cancel?: { token: string }
}

interface TimerAt {
  element: string
  due: string
}

/** What an act would do. */
export interface StepPreview {
  state: InstanceRow['state']
  tokensCreated: string[]
  tokensCancelled: string[]
  tasksOpened: string[]
  tasksClosed: string[]
  timersCreated: TimerAt[]
  timersCancelled: TimerAt[]
  messages: string[]
  variables: string[]
  incidents: { element: string; code: string; message: string }[]
}

export interface MigrationLine {
  level: 'error' | 'warning' | 'info'
  code: string
  element: string
  target: string | null
  tokens: number
  message: string
}

export interface MigrationPreview {
  migratable: boolean
  fromVersion: number
  toVersion: number
  lines: MigrationLine[]
  step: StepPreview | null
}

export interface Cause {
  code: string
  element: string | null
  elementName: string | null
  processKey: string | null
  processName: string | null
  incidents: number
  firstAt: string
  lastAt: string
}

export interface OperatedProcess {
  process: ProcessRef
  /** Since when it takes no new cases. */
  suspendedAt: string | null
  startable: boolean
  versions: {
    version: number
    versionTag: string | null
    deployedAt: string
    deployedBy: string | null
    active: number
    suspended: number
    stopped: number
  }[]
}

export type BatchKind = 'suspend' | 'resume' | 'cancel' | 'migrate' | 'revert'

export interface BatchStart {
  kind: BatchKind
  reason: string
  instances?: string[]
  filter?: InstanceFilter
  /** How many cases the person was shown. */
  expected?: number
  process?: string
  version?: number
  parameters?: { compensate?: boolean; version?: number; mapping?: Record<string, string>; recomputeTimers?: boolean }
}

export interface Batch {
  id: string
  kind: BatchKind
  reason: string
  madeBy: string | null
  madeAt: string
  state: 'running' | 'completed' | 'stopped'
  total: number
  pending: number
  done: number
  failed: number
  stopped: number
}

export interface BatchItem {
  instance: CaseRef
  state: 'pending' | 'done' | 'failed' | 'stopped'
  code: string | null
  message: string | null
  doneAt: string | null
}
