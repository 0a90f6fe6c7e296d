/** Acting on the open task: complete with an outcome, claim, release, reassign; and what to say when the server refuses. */
import * as api from '../api/calls'
import { Problem, sentence, Unreachable } from '../api/problem'
import type { ActionReply, After, Outcome, Reassignee, ReturnTarget, Values } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { loadRules } from '../form/lazy'
import { changes, valueAt, votesIn, withValue } from '../form/nodes'
import { either, t, type Key } from '../i18n'
import { replaceRow } from '../inbox/store'
import { giveHint } from '../live/hints'
import { navigate } from '../routing/router'
import { hold } from '../sending/store'
import type { Leaf } from './leaf'

export const labelOf = (outcome: Outcome): string => either(outcome.label, outcome.labelEn)

/** What is still missing before `outcome` may be sent; the sentences stand at their fields. Nothing missing is an empty list. */
export async function missing(leaf: Leaf, outcome: Outcome): Promise<string[]> {
  const detail = leaf.detail.value!
  // Without the rules here the server finds what is wrong.
  const rules = await loadRules().catch(() => null)
  const found = (detail.form && rules?.faultsOf(detail.form, leaf.values.value, outcome)) ?? {}
  leaf.faults.value = outcome.partial ? found : { ...found, ...stillWaiting(leaf), ...notVoted(leaf, outcome) }
  leaf.opinionError.value = wrongWithOpinion(leaf, outcome)
  return [...Object.keys(leaf.faults.value), ...(leaf.opinionError.value ? ['opinion'] : [])]
}

function wrongWithOpinion(leaf: Leaf, outcome: Outcome): string {
  if (outcome.opinionRequired && !leaf.opinion.value.trim()) return t('task.opinion.missing', { outcome: labelOf(outcome) })
  const [waiting] = leaf.enclosures.waiting.value
  return waiting ? t(waiting.error ? 'files.failed' : 'files.wait') : ''
}

/** Motions that a cast vote leaves out. */
function notVoted(leaf: Leaf, outcome: Outcome): Record<string, string> {
  if (outcome.value !== '#cast') return {}
  const { motions, seats } = leaf.detail.value!.round
  const mine = seats.find(({ id }) => id === leaf.id)?.motions ?? []
  const open = motions.filter(({ key }) => mine.includes(key) && !valueAt(leaf.edits.value, ['$votes', key]))
  return Object.fromEntries(open.map(({ key, title }) => [`$votes.${key}`, t('motions.missing', { title })]))
}

/** Files that are not there yet: finishing without them would lose them. */
function stillWaiting(leaf: Leaf): Record<string, string> {
  return Object.fromEntries(leaf.uploads.waiting.value.map(({ path, error }) => [path.join('.'), t(error ? 'files.failed' : 'files.wait')]))
}

/** Whether all that is wrong may stay behind: the outcome leaves the task, and what is wrong is none of its own fields. */
export function mayLeaveOut(outcome: Outcome, wrong: string[]): boolean {
  return outcome.partial && wrong.every((path) => path !== 'opinion' && !outcome.fields.includes(nameOf(path)))
}

/** `drugs.0.dose` is called `drugs.dose` in outcomes. */
const nameOf = (path: string): string => path.split('.').filter((part) => !/^\d+$/.test(part)).join('.')

/** Sends the outcome with what was written; the fields at the paths `without` stay as the server has them. */
export async function complete(leaf: Leaf, outcome: Outcome, without: string[] = [], after?: After): Promise<void> {
  const detail = leaf.detail.value!
  const values = without.map((path) => path.split('.')).reduce<Values>(
    (left, path) => withValue(left, path, valueAt(detail.data, path)) as Values, leaf.values.value,
  )
  const data: Values = { ...changes(detail.form?.components ?? [], detail.data, values), ...(outcome.value === '#cast' ? votesIn(leaf.edits.value) : {}) }
  await run(leaf, outcome.value, async () => {
    const { formVersion } = leaf.detail.value!
    const afterwards = leaf.afterwards.value
    const reply = await api.complete(leaf.id, leaf.etag.value, { outcome: outcome.value, data, opinion: leaf.opinion.value.trim(), formVersion, ...(after ? { after } : {}), ...(afterwards ? { afterwards } : {}) })
    leaf.draft.clear()
    goOn(leaf, reply, labelOf(outcome))
  })
}

/** Outcomes that are worded as done already, such as 已出发, say so themselves. */
function doneKey(outcome: string, next: boolean): Key {
  if (outcome.includes('已')) return next ? 'task.done.itself.next' : 'task.done.itself'
  return next ? 'task.done.next' : 'task.done'
}

function goOn(leaf: Leaf, reply: ActionReply, done: string): void {
  replaceRow(leaf.id, null)
  giveHint('tasks')
  // One that is held has a line of its own, with the way back.
  if (reply.task?.heldUntil) hold(reply.task)
  else say(t(doneKey(done, reply.nextTask !== null), { outcome: done }))
  navigate(reply.nextTask ? `/inbox/todo/${reply.nextTask.id}` : '/inbox/todo', { replace: true })
}

export async function claim(leaf: Leaf): Promise<void> {
  await run(leaf, 'claim', async () => {
    const { task } = await api.claim(leaf.id, leaf.etag.value)
    replaceRow(leaf.id, task)
    say(t('task.claimed'))
    await leaf.load()
    giveHint('tasks')
  })
}

export async function unclaim(leaf: Leaf, reason: string): Promise<void> {
  await run(leaf, 'unclaim', async () => {
    await api.unclaim(leaf.id, leaf.etag.value, reason)
    leaf.draft.clear()
    say(t('task.unclaimed'))
    replaceRow(leaf.id, null)
    giveHint('tasks')
    navigate('/inbox/claimable', { replace: true })
  })
}

export async function reassign(leaf: Leaf, person: Reassignee, reason: string): Promise<void> {
  await run(leaf, 'reassign', async () => {
    await api.reassign(leaf.id, leaf.etag.value, person.id, reason)
    say(t('task.reassigned', { name: person.name }))
    await leaf.load()
    giveHint('tasks')
  })
}

export async function recalculate(leaf: Leaf, reason: string): Promise<void> {
  await run(leaf, 'recalculate', async () => {
    await api.recalculate(leaf.id, leaf.etag.value, reason)
    say(t('recalculate.done'))
    await leaf.load()
    giveHint('tasks')
  })
}

export interface SentBack {
  reason: string
  resume: 'again' | 'direct'
  endOthers: boolean
  confirmed: boolean
}

export async function sendBack(leaf: Leaf, target: ReturnTarget, said: SentBack): Promise<void> {
  await run(leaf, 'return', async () => {
    const reply = await api.returnTask(leaf.id, leaf.etag.value, { target: target.element, ...said })
    leaf.draft.clear()
    replaceRow(leaf.id, null)
    giveHint('tasks')
    say(t('return.done', { name: target.name }))
    navigate(reply.nextTask ? `/inbox/todo/${reply.nextTask.id}` : '/inbox/todo', { replace: true })
  })
}

export async function takeBack(leaf: Leaf): Promise<void> {
  await run(leaf, 'takeBack', async () => {
    const { task } = await api.takeBack(leaf.id)
    giveHint('tasks')
    say(t('task.takenBack'))
    navigate(task ? `/inbox/todo/${task.id}` : '/inbox/todo', { replace: true })
  })
}

/** 关注: be told what happens to the case, or no more. */
export async function follow(leaf: Leaf): Promise<void> {
  const { followed, instance } = leaf.detail.value!
  await run(leaf, 'follow', async () => {
    await api.follow(instance.id, !followed)
    leaf.detail.value = { ...leaf.detail.value!, followed: !followed }
    say(t(followed ? 'case.unfollowed' : 'case.followed'))
    giveHint('tasks')
  })
}

/** Something done with the seats of the round; `leaves` when the task goes to somebody else. */
export async function onSeat(leaf: Leaf, act: () => Promise<unknown>, done: string, leaves = false): Promise<void> {
  await run(leaf, 'seat', async () => {
    await act()
    say(done)
    giveHint('tasks')
    if (!leaves) return leaf.load()
    leaf.draft.clear()
    replaceRow(leaf.id, null)
    navigate('/inbox/todo', { replace: true })
  })
}

async function run(leaf: Leaf, name: string, act: () => Promise<void>): Promise<void> {
  if (leaf.acting.value) return
  leaf.acting.value = name
  leaf.obstacle.value = null
  try {
    await act()
  } catch (failure) {
    refused(leaf, failure)
  }
  leaf.acting.value = null
}

/** Says what happened in the words of a colleague; what was typed stays where it is. */
function refused(leaf: Leaf, failure: unknown): void {
  if (failure instanceof Unreachable) {
    leaf.obstacle.value = { words: t('task.offline'), renew: false }
  } else if (failure instanceof Problem && failure.errors.length) {
    leaf.faults.value = Object.fromEntries(failure.errors.map(({ path, message }) => [fieldOf(path), message]))
    const opinion = leaf.faults.value.opinion
    if (opinion) leaf.opinionError.value = opinion
  } else if (failure instanceof Problem && failure.status === 412) {
    leaf.obstacle.value = { words: t('task.stale'), renew: true }
  } else if (failure instanceof Problem && failure.code === 'task-closed') {
    leaf.obstacle.value = { words: closedWords(failure), renew: true }
  } else if (failure instanceof Problem && failure.code === 'not-yours') {
    leaf.obstacle.value = { words: failure.detail || t('task.notYours'), renew: true }
  } else {
    const renew = failure instanceof Problem && [403, 404, 409].includes(failure.status)
    leaf.obstacle.value = { words: sentence(failure), renew }
  }
}

function closedWords(failure: Problem): string {
  const [by, at] = [failure.fact('by'), failure.fact('at')]
  if (!by || !at || Number.isNaN(Date.parse(at))) return t('task.closed')
  return t('task.closed.by', { by, at: when(at, now.value) })
}

/** `data.exams[0].name`, `/data/exams/0/name` and `exams.0.name` all name the same field. */
export function fieldOf(path: string): string {
  const names = path.split(/[./[\]]+/).filter(Boolean)
  return (names[0] === 'data' ? names.slice(1) : names).join('.')
}
