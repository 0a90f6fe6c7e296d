/** The calls of what is signed by hand, kept in the archive, and picked as phrases; only seldom opened places make them. */
import { addressOf, ask } from './client'
import type * as T from './types'
import { get, id, post } from './verbs'

export const signByHand = (taskId: string, image: string, password: string) => post<void>(`/tasks/${id(taskId)}/signature`, { image, password })
export const signatureAddress = (instanceId: string, signature: string): string => addressOf(`/instances/${id(instanceId)}/signatures/${id(signature)}`, {})
/** Of a file that was sent with an opinion. */
export const enclosureAddress = (instanceId: string, file: string): string => addressOf(`/instances/${id(instanceId)}/enclosures/${id(file)}`, {})
export const archiveAddress = (instanceId: string): string => addressOf(`/instances/${id(instanceId)}/archive`, {})
export const phrases = () => get<T.Phrases>('/phrases')
export const keepPhrases = async (own: string[]): Promise<void> => void (await ask('PUT', '/phrases', { body: { phrases: own } }))
export const keepInstitutionPhrases = async (code: string, lines: string[]): Promise<void> =>
  void (await ask('PUT', `/organisation/institutions/${id(code)}/phrases`, { body: { phrases: lines } }))
