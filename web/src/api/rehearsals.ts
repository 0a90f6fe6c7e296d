/** Rehearsals of a design: a run is sent whole each time, and the server says where it stands. */
import type { Overlay } from './designs'
import type { Form, Outcome, Values } from './types'
import { id, post } from './verbs'

/** One step, as the server takes it. */
export interface RunStep {
  complete?: string
  process?: string
  nth?: number
  outcome?: string
  opinion?: string
  data?: Values
  advance?: string
  calendar?: string
  toNextDeadline?: true
  message?: string
  element?: string
  signal?: string
  external?: string
  result?: Values
  trigger?: string
}
export interface Run {
  process: string
  by: { person: string } | null
  at: string
  data: Values
  steps: RunStep[]
}
export interface AskedPerson {
  staffNumber: string
  name: string
  post: string | null
  institution: string | null
  why: string
}
export interface RunTask {
  element: string
  name: string
  process: string
  instance: number
  nth: number
  form: Form | null
  data: Values
  outcomes: Outcome[]
  people: AskedPerson[]
  peopleCount: number
  dueAt: string | null
}
export interface Awaited {
  element: string
  process: string
  instance: number
  kind: 'message' | 'signal' | 'conditional' | 'trigger' | 'external'
  name: string | null
}
export interface CoveredPlace {
  process: string
  element: string
}
export interface Coverage {
  elements: number
  passed: number
  percent: number
  never: CoveredPlace[]
}
export interface Rehearsal {
  at: string
  ended: boolean
  cases: { number: number; process: string; name: string; state: string; institution: string | null }[]
  tokens: { element: string; process: string; instance: number; state: string; count: number }[]
  passed: { element: string; process: string; count: number }[]
  flows: { id: string; process: string; count: number }[]
  tasks: RunTask[]
  jobs: { element: string | null; process: string | null; kind: string; dueAt: string; error: string | null }[]
  waiting: Awaited[]
  variables: { name: string; process: string; instance: number; value: unknown }[]
  messages: { name: string; to: string | null; state: string }[]
  timeline: { instance: number; item: { at: string; title: string; titleEn: string; person: string | null; detail: string | null; detailEn: string | null } }[]
  incidents: { element: string | null; process: string | null; code: string; message: string }[]
  coverage: Coverage
  refused: { step: number | null; code: string; message: string; errors: { path: string; message: string }[] } | null
}
export interface ScenariosPlayed {
  scenarios: { file: string; id: string; passed: boolean; reason: string }[]
  coverage: Coverage
  passed: CoveredPlace[]
}

const at = (design: string, rest: string) => `/designs/${id(design)}/${rest}`

export const rehearse = (design: string, files: Overlay, run: Run) => post<Rehearsal>(at(design, 'rehearsal'), { files, ...run })
/** Keeps the run in the design as `NAME.scenario.json`; `revision` names the file that it replaces. */
export const keepScenario = (design: string, files: Overlay, run: Run, name: string, revision: number | null) =>
  post<{ name: string; revision: number; content: string }>(at(design, 'rehearsal/scenario'), { files, ...run, id: name, revision })
export const playScenarios = (design: string, files: Overlay) => post<ScenariosPlayed>(at(design, 'coverage'), { files })
