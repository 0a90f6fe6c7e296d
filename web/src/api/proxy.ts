/** What a case waits for that is entered for institutions without a system (代录), and the letters that came so. */
import { addressOf } from './client'
import { upload } from './upload'
import { get, id, post, type Live } from './verbs'

export interface AwaitedMessage {
  key: string
  name: string
  step: string
  correlation: { [name: string]: unknown }
  /** Names of what it brings; empty where it may bring anything. */
  values: string[]
}
export interface Letter {
  id: string
  name: string
  type: string
  size: number
  institution: string | null
  occurredAt: string
}
export interface Coded {
  code: string
  name: string
}
export interface Awaited {
  messages: AwaitedMessage[]
  institutions: Coded[]
  letters: Letter[]
}
export interface StartMessage {
  key: string
  name: string
  process: string
  needed: string[]
  values: string[]
}
export interface StartMessages {
  messages: StartMessage[]
  institutions: Coded[]
  receivers: Coded[]
}
/** What is filled in for an institution without a system. */
export interface Filled {
  /** Of what it answers, or starts. */
  key: string
  institution: string
  /** Whose case it becomes, where it starts one, and the number that the sender has given it. */
  to: string
  number: string | null
  occurredAt: string
  evidence: string
  payload: { [name: string]: unknown }
}

export const awaited = (instanceId: string, live?: Live) => get<Awaited>(`/instances/${id(instanceId)}/awaited-messages`, undefined, live)
export const enterMessage = async (instance: string, { key, institution, occurredAt, evidence, payload }: Filled): Promise<{ instance: string; message: string }> => {
  const body = { awaited: key, institution, occurredAt, evidence, payload }
  const { id: message } = await post<{ id: string }>(`/instances/${id(instance)}/messages`, body)
  return { instance, message }
}
export const startMessages = (live?: Live) => get<StartMessages>('/start-messages', undefined, live)
export const enterStart = ({ key, ...filled }: Filled) => post<{ instance: string; message: string }>('/start-messages', { start: key, ...filled })
export const attachLetter = (instanceId: string, message: string, file: File) =>
  upload<null>({
    path: `/instances/${id(instanceId)}/messages/${id(message)}/letter`, query: { name: file.name }, content: file,
    onProgress: () => undefined, signal: new AbortController().signal,
  })
export const letterAddress = (instanceId: string, letter: string): string => addressOf(`/instances/${id(instanceId)}/letters/${id(letter)}`, {})
