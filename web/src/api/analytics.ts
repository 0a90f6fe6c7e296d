/** The calls of the statistics. Times are seconds; those of tasks are open time of the tasks' own calendars. */
import type { Coded } from './types'
import { get, id, type Live } from './verbs'

export interface Measured {
  folder: string
  name: string
  /** Cases that began in the last thirty days. */
  recent: number
}
export interface Figures {
  tasks: number
  termed: number
  onTime: number
  onTimeShare: number | null
  returned: number
  waited: number | null
  worked: number | null
  median: number | null
  p90: number | null
  /** Per cent of its term in which nine tasks of ten were done. */
  used: number | null
  far: number
}
export interface Row {
  tasks: number
  /** Null where they would tell on a person. */
  figures: Figures | null
  institution: Coded | null
  step: { process: string; element: string; name: string } | null
  post: string | null
  postCode: string | null
  department: string | null
  before: Figures | null
  now: { open: number; overdue: number; soon: number } | null
  escalated: [number, number, number] | null
}
export interface Value {
  /** Per cent; null for a length of time. */
  share: number | null
  median: number | null
  p90: number | null
  counted: number
}
export interface Metric {
  id: string
  name: string
  target: number | null
  /** Whether less is better. */
  lower: boolean
  now: Value
  before: Value
}

export interface Statistics {
  folder: string
  first: string
  last: string
  target: number
  least: number
  whole: boolean
  choices: Coded[]
  metrics: Metric[]
  cases: {
    started: number
    ended: number
    completed: number
    active: number
    median: number | null
    p90: number | null
    openMedian: number | null
    openP90: number | null
    firstPass: number
  }
  total: Row
  institutions: Row[]
  steps: Row[]
  cells: Row[]
  posts: Row[]
  departments: Row[]
}

export type StatisticsQuery = { first: string; last: string; institution?: string; post?: string; step?: string }
export const measured = () => get<Measured[]>('/analytics/processes')
export const statistics = (folder: string, query: StatisticsQuery, live?: Live) =>
  get<Statistics>(`/analytics/processes/${id(folder)}`, query, live)
