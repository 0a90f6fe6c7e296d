/** The calls that operators make. Whatever changes a case carries a reason that the audit trail keeps. */
import type { Collaboration } from './collaboration-types'
import type * as O from './operated-types'
import type { Diagram, Page, Values } from './types'
import { get, id, post, type Live } from './verbs'

type Cursor = string | null
type Instance = Pick<O.OperatedInstance, 'id'>
const at = (instance: string, act = '') => `/operations/instances/${id(instance)}${act && `/${act}`}`

export interface IncidentQuery {
  instance?: string
  code?: string
  element?: string
  process?: string
}
export const incidents = (cursor?: Cursor, about: IncidentQuery = {}) => get<Page<O.Incident>>('/operations/incidents', { ...about, cursor })
export const causes = () => get<{ items: O.Cause[] }>('/operations/incidents/causes')
export const retryCause = ({ code, element, processKey }: O.Cause) =>
  post<{ incidents: number }>('/operations/incidents/retry', { code, element, processKey })
export const retryIncident = (incident: string) => post<void>(`/operations/incidents/${id(incident)}/retry`, {})
export const annotateIncident = (incident: string, note: string) => post<void>(`/operations/incidents/${id(incident)}/note`, { note })
export const resolveIncident = (incident: string, reason: string) => post<void>(`/operations/incidents/${id(incident)}/resolve`, { reason })

export const redeliverMessage = (message: string) => post<{ state: string }>(`/operations/messages/${id(message)}/redeliver`, {})
export const discardMessage = (message: string, reason: string) => post<void>(`/operations/messages/${id(message)}/discard`, { reason })
export const messages = (cursor: Cursor, state: string) => get<Page<O.DeadMessage>>('/operations/messages', { state, cursor })
export const jobs = (cursor?: Cursor, about: { instance?: string; state?: string } = {}) => get<Page<O.Job>>('/operations/jobs', { ...about, cursor })

export const allInstances = (cursor: Cursor, filter: O.InstanceFilter) => get<Page<O.OperatedInstance>>('/operations/instances', { ...filter, cursor })
export const countInstances = (filter: O.InstanceFilter) => get<{ count: number; more: boolean }>('/operations/instances/count', { ...filter })
export const foundBy = (process: string | undefined) => get<O.FoundBy>('/operations/instances/found-by', { process })
export const operatedCase = (instance: string, live?: Live) => get<O.OperatedCase>(at(instance), undefined, live)
export const operatedDiagram = (instance: string, live?: Live) => get<Diagram>(at(instance, 'diagram'), undefined, live)
export const operatedCollaboration = (instance: string, drawn: boolean, live?: Live) => get<Collaboration>(at(instance, 'collaboration'), { drawn: String(drawn) }, live)
export const heatMap = (process: string, query: { version: string | null; days: string }, live?: Live) =>
  get<O.HeatMap>(`/operations/processes/${id(process)}/heat`, query, live)
export const setTimer = (instance: string, job: string, body: { dueAt: string; reason: string }) => post<void>(at(instance, `timers/${id(job)}`), body)
export const tokens = (instance: string) => get<O.Token[]>(at(instance, 'tokens'))
export const variables = (instance: string) => get<O.Variable[]>(at(instance, 'variables'))
export const setVariables = (instance: string, body: { variables: Values; reason: string; scope?: string; revision: number }) =>
  post<Instance>(at(instance, 'variables'), body)
export const suspend = (instance: string, reason: string) => post<Instance>(at(instance, 'suspend'), { reason })
export const resume = (instance: string, reason: string) => post<Instance>(at(instance, 'resume'), { reason })
export const cancel = (instance: string, reason: string, compensate: boolean) => post<Instance>(at(instance, 'cancel'), { reason, compensate })
export const tryModification = (instance: string, instructions: O.Instruction[]) =>
  post<O.StepPreview>(at(instance, 'modify/preview'), { instructions })
export const modify = (instance: string, body: { instructions: O.Instruction[]; reason: string; revision: number }) =>
  post<Instance>(at(instance, 'modify'), body)

export interface MigrationTarget {
  version: number
  mapping: Record<string, string>
  recomputeTimers: boolean
}
export const tryMigration = (instance: string, target: MigrationTarget) => post<O.MigrationPreview>(at(instance, 'migrate/preview'), target)
export const migrate = (instance: string, target: MigrationTarget, reason: string) => post<Instance>(at(instance, 'migrate'), { ...target, reason })
export const revert = (instance: string, reason: string) => post<Instance>(at(instance, 'revert'), { reason })

export const processes = () => get<O.OperatedProcess[]>('/operations/processes')
export const suspendProcess = (process: string, reason: string) => post<void>(`/operations/processes/${id(process)}/suspend`, { reason })
export const resumeProcess = (process: string, reason: string) => post<void>(`/operations/processes/${id(process)}/resume`, { reason })

export const startBatch = (body: O.BatchStart) => post<{ id: string; total: number }>('/operations/batches', body)
export const batches = (cursor?: Cursor) => get<Page<O.Batch>>('/operations/batches', { cursor })
export const batch = (batchId: string) => get<O.Batch>(`/operations/batches/${id(batchId)}`)
export const batchItems = (batchId: string, cursor: Cursor, state: string) =>
  get<Page<O.BatchItem>>(`/operations/batches/${id(batchId)}/items`, { cursor, state })
export const stopBatch = (batchId: string) => post<void>(`/operations/batches/${id(batchId)}/stop`, {})
