/** The calls of the security administrator: who holds which right, and why somebody sees a case. */
import { get, id, put } from './verbs'

export interface AccountRights {
  login: string
  name: string
  staffNumber: string
  rights: string[]
  disabled: boolean
}
export const accounts = () => get<AccountRights[]>('/security/accounts')
export const setRights = (login: string, rights: string[]) => put<{ changed: boolean }>(`/security/accounts/${id(login)}/rights`, { rights })

export type Ground = 'started' | 'holds' | 'acted' | 'offered' | 'copied' | 'department' | 'agent' | 'oversees'
export interface Sight {
  name: string
  active: boolean
  chairs: { post: string; institution: string }[]
  cases: {
    instance: string
    visible: boolean
    reasons: Ground[]
    takesPart: boolean
    institutions: { institution: string; until: string | null; ofPerson: boolean }[]
  }[]
}
export const explainSight = (person: string, number: string) => get<Sight>('/security/sight', { person, number })
