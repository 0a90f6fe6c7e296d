/** What goes wrong when talking to the server: a problem it states, or no answer at all. */
import { t } from '../i18n'
import type { FieldError, ProblemBody } from './types'

/** The server answered, and the answer is no. `detail` is a sentence in the person's language. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors: FieldError[]
  readonly facts: { [name: string]: unknown }

  constructor(body: ProblemBody) {
    super(`${body.status} ${body.code}`)
    this.status = body.status
    this.code = body.code
    this.detail = body.detail ?? body.title ?? ''
    this.errors = body.errors ?? []
    this.facts = body.facts ?? {}
  }

  /** The fact as text, or nothing. */
  fact(name: string): string | null {
    const value = this.facts[name]
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    if (value && typeof value === 'object' && 'name' in value) return String((value as { name: unknown }).name)
    return null
  }
}

/** No answer arrived, even after trying again. Whether the server did anything is unknown, but a retry with the same key is safe. */
export class Unreachable extends Error {}

/** The sentence to show when nothing more particular is known. */
export function sentence(error: unknown, doing: 'load' | 'save' = 'save'): string {
  if (error instanceof Unreachable) return doing === 'load' ? t('problem.offline') : t('frame.offline')
  if (error instanceof Problem) {
    if (error.detail && error.status < 500) return error.detail
    if (error.status === 403) return t('problem.forbidden')
    if (error.status === 404) return t('problem.notFound')
    if (error.status === 422) return t('problem.invalid')
    if (error.status === 429) return t('problem.tooMany')
    return t(doing === 'load' ? 'problem.load' : 'problem.server', { code: error.fact('reference') ?? error.code })
  }
  return t(doing === 'load' ? 'problem.load' : 'problem.server', { code: 'B0' })
}

/** The same, but the first field that is wrong where the server names one: for a form in which no field can carry it. */
export function particular(error: unknown): string {
  return (error instanceof Problem && error.errors[0]?.message) || sentence(error)
}
