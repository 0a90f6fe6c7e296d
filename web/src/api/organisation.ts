/** The calls of /api/v1 that keep the organisation, and what they answer. */
import { ask, type Ask } from './client'

const id = encodeURIComponent
type Query = NonNullable<Ask['query']>

const get = async <Body>(path: string, query: Query = {}): Promise<Body> => (await ask<Body>('GET', path, { query })).body
const put = async (path: string, body: unknown): Promise<Kept> => (await ask<Kept>('PUT', path, { body })).body
const post = async <Body = Kept>(path: string, body: unknown = {}): Promise<Body> => (await ask<Body>('POST', path, { body })).body

export interface Kept {
  id: string | null
  changed: boolean
}
export interface KeptInstitution {
  id: string
  code: string
  name: string
  shortName: string
  type: string
  parent: string | null
  calendar: string
  integrated: boolean
  memberFrom: string | null
  memberTo: string | null
}
export interface KeptDepartment {
  code: string
  name: string
  kind: string
  head: string | null
}
export interface KeptPerson {
  id: string
  staffNumber: string
  name: string
  active: boolean
  login: string | null
  chairs: number
}
export interface Colleague {
  id: string
  staffNumber: string
  name: string
  post: string
  institution: string
}
export interface Chair {
  id: string
  person: string
  staffNumber: string
  name: string
  active: boolean
  post: string
  institution: string
  department: string | null
  kind: string
  head: boolean
  fromDate: string
  toDate: string | null
}
export interface KeptPost {
  code: string
  name: string
  nameZh: string
  nameEn: string
  superior: string | null
  leader: string | null
}
export interface CommitteeMember {
  id: string
  name: string
  role: string
  votes: boolean
  fromDate: string
  toDate: string | null
}
export interface Committee {
  id: string
  institution: string
  code: string
  name: string
  kind: string
  quorum: number | null
  fromDate: string
  toDate: string | null
  members: CommitteeMember[]
}
export interface DutyTurn {
  id: string
  department: string | null
  post: string | null
  name: string
  fromAt: string
  toAt: string
}
export interface BusinessLine {
  code: string
  name: string
  centre: string | null
  departments: string[]
}
export interface Charge {
  id: string
  name: string
  department: string | null
  line: string | null
  matter: string | null
  fromDate: string
  toDate: string | null
}
export interface DelegationRow {
  id: string
  principal: string
  principalName: string
  agent: string
  agentName: string
  institution: string | null
  processes: string[] | null
  fromAt: string
  toAt: string
  reason: string
}

const PLACES = '/administration/institutions'
const at = (institution: string) => `${PLACES}/${id(institution)}`

export const institutions = () => get<KeptInstitution[]>(PLACES)
export const putInstitution = (code: string, body: unknown) => put(at(code), body)
export const putMembership = (code: string, body: unknown) => put(`${at(code)}/membership`, body)
export const departments = (institution: string) => get<KeptDepartment[]>(`/institutions/${id(institution)}/departments`)
export const putDepartment = (institution: string, code: string, body: unknown) => put(`${at(institution)}/departments/${id(code)}`, body)
export const people = (q: string) => get<KeptPerson[]>('/administration/people', { q })
export const putPerson = (number: string, body: unknown) => put(`/administration/people/${id(number)}`, body)
export const colleagues = (q: string) => get<Colleague[]>('/people', { q })
export const chairs = (query: { person?: string; institution?: string }) => get<Chair[]>('/administration/appointments', query)
export const appoint = (body: unknown) => post('/administration/appointments', body)
export const endChair = (chair: string, toDate: string) => post(`/administration/appointments/${id(chair)}/end`, { toDate })
export const posts = () => get<KeptPost[]>('/administration/posts')
export const putPost = (code: string, body: unknown) => put(`/administration/posts/${id(code)}`, body)
export const committees = (institution: string) => get<Committee[]>('/bodies', { institution })
export const putCommittee = (institution: string, code: string, body: unknown) => put(`${at(institution)}/bodies/${id(code)}`, body)
export const putMember = (institution: string, committee: string, number: string, body: unknown) =>
  put(`${at(institution)}/bodies/${id(committee)}/members/${id(number)}`, body)
export const endMember = (member: string, toDate: string) => post(`/administration/members/${id(member)}/end`, { toDate })
export const duties = (institution: string, from: string, to: string) => get<DutyTurn[]>('/duties', { institution, from, to })
export const putDuties = (turns: unknown[]) => post('/administration/duties', { turns })
export const removeDuty = (duty: string) => post(`/administration/duties/${id(duty)}/remove`)
export const lines = () => get<BusinessLine[]>('/lines')
export const putLine = (code: string, body: unknown) => put(`/administration/lines/${id(code)}`, body)
export const putLineDepartment = (line: string, place: string, belongs: boolean) => {
  const [institution = '', department = ''] = place.split('/')
  return put(`/administration/lines/${id(line)}/departments/${id(institution)}/${id(department)}`, { belongs })
}
export const charges = (institution: string) => get<Charge[]>('/charges', { institution })
export const putCharge = (body: unknown) => post('/administration/charges', body)
export const endCharge = (charge: string, toDate: string) => post(`/administration/charges/${id(charge)}/end`, { toDate })
export const delegations = (ended = false) => get<DelegationRow[]>('/delegations', { ended: String(ended) })
export const delegate = (body: unknown) => post('/delegations', body)
export const endDelegation = (delegation: string) => post(`/delegations/${id(delegation)}/end`)
