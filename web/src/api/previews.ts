/** What the server says about texts that a designer is writing: a form as it would be drawn, a decision with a row to try it. */
import type { Form } from './types'
import { post } from './verbs'

interface Sentence {
  zh: string
  en: string
}

export interface PreviewFinding {
  level: 'error' | 'warning'
  code: string
  element: string | null
  line: number | null
  message: Sentence
}

export interface StepRights {
  /** Null: as the form says. */
  write: string[] | null
  required: string[]
  hidden: string[]
}

export interface FormPreview {
  /** Null while something in the file is wrong. */
  form: Form | null
  findings: PreviewFinding[]
}
export const previewForm = (body: { name: string; content: string } & StepRights) => post<FormPreview>('/previews/form', body)

export interface TriedDecision {
  /** Names that it reads. */
  reads: string[]
  result: unknown
  /** The decisions that were made, with the numbers of the rules that counted. */
  made: { id: string; key: string; rules: number[] }[]
  problem: Sentence | null
}
export const tryDecision = (body: { files: Record<string, string>; decision: string; names: Record<string, unknown>; on?: string }) =>
  post<TriedDecision>('/previews/decision', body)
