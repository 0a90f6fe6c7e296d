/** A term: how much of it has gone, what to call that, and how to say it. Shape and word agree because both come from here. */
import { t } from '../i18n'
import { clockTime, daysBetween, HOUR, MINUTE, span, when } from './words'

export type TermState = 'ok' | 'soon' | 'over' | 'esc'

export interface Timed {
  dueAt: string | null
  createdAt?: string
  termSeconds?: number | null
  level: number
}

export interface Term {
  state: TermState
  /** Share of the term that has gone: 1 is due, more is overtime. Nothing when a ruler says nothing, beyond tomorrow. */
  share: number | null
  words: string
  /** The clock time or date it is due, when the words do not say it already. */
  at: string | null
}

/** Reminders go out at 80 % of a term; from there on it is called soon. */
const SOON = 0.8

export function termOf(task: Timed, now: number): Term | null {
  if (!task.dueAt) return null
  const due = Date.parse(task.dueAt)
  const whole = wholeTerm(task, due)
  const share = whole > 0 ? Math.max(0, 1 - (due - now) / whole) : now >= due ? 1.05 : 0
  const state = stateOf(task.level, share, now >= due)
  if (state === 'over' || state === 'esc') return { state, share: Math.max(share, 1), ...overdueWords(task.level, state, now - due) }
  return { state, ...leftWords(due, now), share: daysBetween(now, due) > 1 ? null : share }
}

function wholeTerm(task: Timed, due: number): number {
  const opened = task.createdAt ? Date.parse(task.createdAt) : NaN
  // Terms counted in opening hours are shorter than the wall clock between opening and due; the ruler shows the wall clock.
  const wall = Number.isFinite(opened) ? due - opened : 0
  return Math.max(wall, (task.termSeconds ?? 0) * 1000)
}

function stateOf(level: number, share: number, late: boolean): TermState {
  if (level >= 2) return 'esc'
  if (late || level === 1) return 'over'
  return share >= SOON ? 'soon' : 'ok'
}

function overdueWords(level: number, state: TermState, late: number): Pick<Term, 'words' | 'at'> {
  const words = span(Math.max(late, 0), true)
  if (state === 'over' && late < MINUTE) return { words: t('term.justOver'), at: null }
  if (state === 'over') return { words: t('term.over', { span: words }), at: null }
  return { words: t('term.escalated', { level: t(level >= 3 ? 'term.level3' : 'term.level2'), span: words }), at: null }
}

function leftWords(due: number, now: number): Pick<Term, 'words' | 'at'> {
  const left = due - now
  const days = daysBetween(now, due)
  if (left < 4 * HOUR) return { words: t('term.left', { span: span(left) }), at: clockTime(due) }
  if (days === 0) return { words: t('term.before', { time: clockTime(due) }), at: null }
  return { words: when(new Date(due).toISOString(), now, 'date'), at: null }
}

/** The word for the state, read out with the icon; nothing while on time. */
export function stateWord(state: TermState): string {
  if (state === 'soon') return t('term.soon')
  if (state === 'over') return t('term.overdue')
  return state === 'esc' ? t('term.escalatedName') : t('term.onTime')
}
