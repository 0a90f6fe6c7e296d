/** The calls of /api/v1 that the browser makes, one function each, named after what is asked for. */
import { addressOf, ask } from './client'
import { upload as send } from './upload'
import type { Collaboration } from './collaboration-types'
import type { TimelineItem } from './timeline-types'
import type * as T from './types'
import { get, id, post, type Live } from './verbs'

export interface Revised<Body> {
  body: Body
  etag: string
}

export const session = async (): Promise<T.Session> => (await ask<T.Session>('GET', '/session', { signIn: false })).body
export const signIn = async (login: string, password: string): Promise<T.Session> =>
  (await ask<T.Session>('POST', '/session', { body: { login, password }, signIn: false })).body
export const signOut = async (): Promise<void> => void (await ask('DELETE', '/session', { signIn: false }))
export const changePassword = async (current: string, next: string): Promise<void> =>
  void (await ask('PUT', '/session/password', { body: { current, new: next } }))

export interface TaskQuery {
  box: T.Box
  process?: string | null
  institution?: string
  urgency?: string
  due?: string
  q?: string
  cursor?: string | null
  limit?: number
}
export const tasks = (query: TaskQuery, live?: Live) => get<T.Page<T.TaskRow>>('/tasks', { ...query }, live)
export const counts = () => get<T.Counts>('/tasks/counts')
export const task = async (taskId: string, live: Live = {}): Promise<Revised<T.TaskDetail>> => {
  const { body, etag } = await ask<T.TaskDetail>('GET', `/tasks/${id(taskId)}`, live)
  return { body, etag: etag ?? `"${body.revision}"` }
}
export const putOff = (taskId: string, until: string | null) => post<void>(`/tasks/${id(taskId)}/follow-up`, { until })
export const claim = (taskId: string, etag: string) => post<T.ActionReply>(`/tasks/${id(taskId)}/claim`, {}, etag)
export const unclaim = (taskId: string, etag: string, reason: string) =>
  post<T.ActionReply>(`/tasks/${id(taskId)}/unclaim`, reason ? { reason } : {}, etag)
/** The server holds it for as long as the person's account says, so that it can be taken back. */
export const complete = (taskId: string, etag: string, done: { outcome: string; data: T.Values; opinion: string; formVersion: number | null; after?: T.After; afterwards?: T.Afterwards }) =>
  post<T.ActionReply>(`/tasks/${id(taskId)}/complete`, { ...done, hold: true }, etag)
export const undo = (taskId: string) => post<T.ActionReply>(`/tasks/${id(taskId)}/undo`, {})
export const sendNow = (taskId: string) => post<T.ActionReply>(`/tasks/${id(taskId)}/send`, {})
export const setUndo = async (seconds: number): Promise<void> => void (await ask('PUT', '/session/undo', { body: { seconds } }))
export const agree = (tasks: { id: string; revision: number }[]) => post<{ results: T.Agreed[] }>('/tasks/agree', { tasks, hold: true })
export const open = (taskId: string) => post<void>(`/tasks/${id(taskId)}/open`, {})
export const reassignees = (taskId: string) => get<T.Reassignee[]>(`/tasks/${id(taskId)}/reassignees`)
export const recalculation = (taskId: string) => get<T.Recalculation>(`/tasks/${id(taskId)}/recalculation`)
export const recalculate = (taskId: string, etag: string, reason: string) =>
  post<T.ActionReply>(`/tasks/${id(taskId)}/recalculate`, { reason }, etag)
export const reassign = (taskId: string, etag: string, personId: string, reason: string) =>
  post<T.ActionReply>(`/tasks/${id(taskId)}/reassign`, { personId, reason }, etag)
export const returnTargets = (taskId: string) => get<T.ReturnTarget[]>(`/tasks/${id(taskId)}/return-targets`)
export const returnTask = (
  taskId: string, etag: string, body: { target: string; reason: string; resume: 'again' | 'direct'; endOthers: boolean; confirmed: boolean },
) => post<T.ActionReply>(`/tasks/${id(taskId)}/return`, body, etag)
export const takeBack = (taskId: string) => post<T.ActionReply>(`/tasks/${id(taskId)}/take-back`, {})
export const handOn = (taskId: string, etag: string, how: 'transfer' | 'delegate', personId: string, reason: string) =>
  post<T.ActionReply>(`/tasks/${id(taskId)}/${how}`, { personId, reason }, etag)
export const addSigners = (
  taskId: string, etag: string, body: { personIds: string[]; place: 'before' | 'beside'; joint: 'all' | 'any' | 'order'; binds: boolean; reason: string },
) => post<T.ActionReply>(`/tasks/${id(taskId)}/signers`, body, etag)
export const sendCopies = (taskId: string, personIds: string[], circulate: boolean) => post<void>(`/tasks/${id(taskId)}/copies`, { personIds, circulate })
export const removeSigner = (seat: T.SeatLine, reason: string) => post<T.ActionReply>(`/tasks/${id(seat.id)}/remove`, { reason }, `"${seat.revision}"`)
export const recordVote = (seat: T.SeatLine, body: { outcome: string; votes: { [motion: string]: T.Vote }; evidence: string; opinion: string | null }) =>
  post<T.ActionReply>(`/tasks/${id(seat.id)}/record-vote`, body, `"${seat.revision}"`)
export const recordAbsence = (seat: T.SeatLine, opinion: string | null) =>
  post<T.ActionReply>(`/tasks/${id(seat.id)}/record-absence`, { opinion }, `"${seat.revision}"`)
export const saveDraft = async (taskId: string, data: T.Values, opinion: string): Promise<{ savedAt: string }> =>
  (await ask<{ savedAt: string }>('PUT', `/tasks/${id(taskId)}/draft`, { body: { data, opinion } })).body
export const upload = (taskId: string, attachmentId: string, about: { field: string; name: string }, content: Blob, onProgress: (sent: number) => void, signal: AbortSignal) =>
  send<T.Attachment>({ path: `/tasks/${id(taskId)}/attachments/${id(attachmentId)}`, query: about, content, onProgress, signal })
export const removeUpload = async (taskId: string, attachmentId: string): Promise<void> =>
  void (await ask('DELETE', `/tasks/${id(taskId)}/attachments/${id(attachmentId)}`))
export const attachmentAddress = (taskId: string, attachmentId: string): string =>
  addressOf(`/tasks/${id(taskId)}/attachments/${id(attachmentId)}`, {})
export const markCopyRead = (copyId: string) => post<void>(`/copies/${id(copyId)}/read`, {})

export const withdraw = (instanceId: string, body: { mode: 'revise' | 'void'; reason: string; confirmed: boolean }) =>
  post<T.InstanceDetail>(`/instances/${id(instanceId)}/withdraw`, body)
/** Where a case is printed, in the language of the page. */
export const printAddress = (instanceId: string, language: string): string => addressOf(`/instances/${id(instanceId)}/document`, { lang: language })
/** The documents of a case that the reader may print as it stands. */
export const documents = (instanceId: string) => get<T.DocumentChoice[]>(`/instances/${id(instanceId)}/documents`)
export const documentAddress = (instanceId: string, document: string, language: string): string =>
  addressOf(`/instances/${id(instanceId)}/documents/${encodeURIComponent(document)}`, { lang: language })
export const urge = (instanceId: string, text: string) => post<void>(`/instances/${id(instanceId)}/urge`, { text })
export const follow = (instanceId: string, on: boolean) => post<void>(`/instances/${id(instanceId)}/${on ? 'follow' : 'unfollow'}`, {})
export const answerCopy = (copyId: string, opinion: string) => post<void>(`/copies/${id(copyId)}/answer`, { opinion })
export const comment = (instanceId: string, text: string) => post<void>(`/instances/${id(instanceId)}/comments`, { text })
export const startable = () => get<T.Startable[]>('/processes/startable')
export const start = (processKey: string, capacityId: string, afterwards?: T.Afterwards) =>
  post<{ instance: T.InstanceRow; nextTask: T.TaskRow | null }>('/instances', { processKey, capacityId, variables: {}, ...(afterwards ? { afterwards } : {}) })
export const instances = (query: { box: 'started' | 'participating' | 'followed'; q?: string; limit?: number; cursor?: string | null }) =>
  get<T.Page<T.InstanceRow>>('/instances', query)
export const instance = (instanceId: string, live?: Live) => get<T.InstanceDetail>(`/instances/${id(instanceId)}`, undefined, live)
export const forecastTask = (taskId: string, data: T.Values) =>
  post<{ outcomes: T.OutcomeForecast[] }>(`/tasks/${id(taskId)}/forecast`, { data })
export const forecastCase = (instanceId: string, live?: Live) => get<T.CaseForecast>(`/instances/${id(instanceId)}/forecast`, undefined, live)
export const forecastStart = (processKey: string, capacityId: string, live?: Live) =>
  get<{ steps: T.ForecastStep[] }>(`/processes/${id(processKey)}/forecast`, { capacityId }, live)
export const timeline = (instanceId: string, live?: Live) =>
  get<{ items: TimelineItem[] }>(`/instances/${id(instanceId)}/timeline`, undefined, live)
export const collaboration = (instanceId: string, drawn: boolean, live?: Live) => get<Collaboration>(`/instances/${id(instanceId)}/collaboration`, { drawn: String(drawn) }, live)
export const diagram = (instanceId: string, live?: Live) => get<T.Diagram>(`/instances/${id(instanceId)}/diagram`, undefined, live)

export const notices = (cursor?: string | null) => get<T.Notices>('/notifications', { cursor })
export const markNoticesRead = (ids: string[]) => post<void>('/notifications/read', { ids })
