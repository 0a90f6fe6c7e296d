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
export interface Awaited {
  messages: AwaitedMessage[]
  institutions: { code: string; name: string }[]
  letters: Letter[]
}
export interface Entry {
  awaited: string
  institution: string
  occurredAt: string
  evidence: string
  payload: { [name: string]: unknown }
}

export const awaited = (instanceId: string, live?: Live) => get<Awaited>(`/instances/${id(instanceId)}/awaited-messages`, undefined, live)
export const enterMessage = (instanceId: string, entry: Entry) => post<{ id: string; state: string }>(`/instances/${id(instanceId)}/messages`, entry)
export const attachLetter = (instanceId: string, message: string, file: File) =>
  upload<null>({
    path: `/instances/${id(instanceId)}/messages/${id(message)}/letter`, query: { name: file.name }, content: file,
    onProgress: () => undefined, signal: new AbortController().signal,
  })
export const letterAddress = (instanceId: string, letter: string): string => addressOf(`/instances/${id(instanceId)}/letters/${id(letter)}`, {})
