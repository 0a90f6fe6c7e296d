/** The calls of who keeps the archive: the register of numbers and the copies of ended cases. */
import type { Coded, Page } from './types'
import { get, id } from './verbs'

export interface NumberRow {
  number: string
  category: string
  institution: Coded
  period: number
  sequence: number
  instanceId: string
  allottedAt: string
  void: boolean
  reason: string | null
}
export interface NumberQuery {
  number: string
  institution: string
}
export const numbers = (cursor: string | null, query: NumberQuery) => get<Page<NumberRow>>('/numbers', { ...query, cursor })

export interface NumberSeries {
  category: string
  institution: Coded
  period: number
  first: number
  last: number
  allotted: number
  void: number
  /** Spans that no case has. */
  gaps: [number, number][]
}
export const series = () => get<NumberSeries[]>('/numbers/series')

export interface ArchivedCase {
  instanceId: string
  number: string | null
  process: { key: string; name: string }
  institution: Coded | null
  state: 'completed' | 'terminated' | 'cancelled'
  endedAt: string
  madeAt: string | null
  sha256: string | null
  size: number | null
  failures: number
}
export interface ArchiveQuery {
  number?: string
  institution?: string
  from?: string
  to?: string
}
export const archive = (cursor: string | null, query: ArchiveQuery) => get<Page<ArchivedCase>>('/archive', { ...query, cursor })

export interface CopyVerification {
  intact: boolean
  found: string
  kept: string
  noted: string | null
}
export const verifyCopy = (instance: string) => get<CopyVerification>(`/archive/${id(instance)}/verification`)
