/** The calls of administrators about institutions, lateness, channels, the condition of the whole, and the audit trail. */
import type { Page } from './types'
import { get, id, post } from './verbs'

export interface Institution {
  code: string
  name: string
  shortName: string
}
export const institutions = () => get<Institution[]>('/institutions')

export type Grouping = 'institution' | 'post' | 'step' | 'process' | 'person'
export interface Lateness {
  person: string | null
  post: string | null
  institution: string | null
  process: string | null
  step: string | null
  overdue: number
  escalated: number
  counted: number
  unanswered: number
}
export const lateness = (query: { first: string; last: string; by: Grouping; institution: string }) => get<Lateness[]>('/lateness', query)

export interface Condition {
  database: string
  calendar: { version: number; lastPublishedYear: number | null; provisional: boolean; invented: boolean }
  incidents: number
  suspended: number
  jobsWaiting: number
  jobsLate: number
  oldestLate: string | null
  jobsFailed: number
  deadMessages: number
  deliveriesWaiting: number
  deliveriesFailed: number
}
export const condition = () => get<Condition>('/operations/condition')

export interface ChannelState {
  channel: string
  configured: boolean
  mine: boolean
  waiting: number
  sent: number
  confirmed: number
  failed: number
  lastSentAt: string | null
  lastError: string | null
}
export const channels = () => get<ChannelState[]>('/operations/channels')
export const tryChannel = (channel: string) => post<void>(`/operations/channels/${id(channel)}/test`, {})

export interface Delivery {
  id: string
  person: string
  channel: string
  kind: string
  state: 'pending' | 'sending' | 'sent' | 'confirmed' | 'failed' | 'dropped'
  attempts: number
  madeAt: string
  sentAt: string | null
  confirmedAt: string | null
  receipt: string | null
  error: string | null
}
export const deliveries = (cursor: string | null, state: string) => get<Page<Delivery>>('/operations/deliveries', { cursor, state })

export interface AuditEntry {
  key: string
  at: string
  person: string | null
  name: string | null
  source: string | null
  action: string
  object: string | null
  result: string
  instance: string | null
  revision: number | null
  data: { [name: string]: unknown }
  hash: string
}
export interface AuditQuery {
  name?: string
  action?: string
  number?: string
  from?: string
  to?: string
}
export const auditEntries = (cursor: string | null, query: AuditQuery) => get<Page<AuditEntry>>('/audit/entries', { ...query, cursor })

export interface AuditedRound {
  id: string
  process: { name: string; version: number }
  element: string
  step: string
  number: number
  mode: string
  openedAt: string
  foundOn: string | null
  organisation: { number: number; since: string; by: string | null } | null
  offeredTo: string[]
  offeredToEn: string[]
  people: string[]
}
export const auditedRounds = (cursor: string | null, number: string) => get<Page<AuditedRound>>('/audit/rounds', { number, cursor })

export interface Verification {
  entries: number
  instances: number
  anchors: number
  newestAnchor: string | null
  newestAnchorAt: string | null
  faults: { code: string; instance: string | null; number: number | null; entry: string | null }[]
}
export const verifyAudit = (anchor: string) => get<Verification>('/audit/verification', { anchor })
