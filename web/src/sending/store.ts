/**
 * Decisions that the server holds for some seconds. It tells which there are, so they outlive a reload and are the same in
 * every tab; one that went out is gone, and one that could not go out says why.
 */
import { signal } from '@preact/signals'
import * as api from '../api/calls'
import { Problem, sentence } from '../api/problem'
import type { TaskRow } from '../api/types'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { giveHint, onHint } from '../live/hints'
import { navigate } from '../routing/router'

export const sending = signal<TaskRow[]>([])
/** Taken back or sent by this page: their going is no news. */
const settled = new Set<string>()
let asking = 0

export function hold(row: TaskRow): void {
  settled.delete(row.id)
  sending.value = [...sending.value.filter(({ id }) => id !== row.id), row]
}

/** Asks the server what it holds. Where somebody else's act has ended one, the person is told. */
export async function loadSending(): Promise<void> {
  const mine = ++asking
  let found: TaskRow[]
  try {
    found = (await api.tasks({ box: 'sending', limit: 100 })).items
  } catch {
    return
  }
  if (mine !== asking) return
  const held = new Set(found.map(({ id }) => id))
  const gone = sending.value.filter(({ id }) => !held.has(id) && !settled.has(id))
  sending.value = found.filter(({ id }) => !settled.has(id))
  await Promise.all(gone.map(tellIfRefused))
}

async function tellIfRefused(row: TaskRow): Promise<void> {
  const seen = await api.task(row.id).catch(() => null)
  if (seen?.body.unsent) say(t('sending.refused', { outcome: row.heldLabel ?? '', why: seen.body.unsent.detail }))
}

/** Takes decisions back; one of them is opened again, with what was typed. */
export async function undo(rows: TaskRow[]): Promise<void> {
  for (const row of rows) {
    try {
      const { task } = await api.undo(row.id)
      settle(row.id)
      if (rows.length === 1) navigate(`/inbox/${task?.claimable ? 'claimable' : 'todo'}/${row.id}`)
    } catch (failure) {
      say(sentence(failure))
      if (failure instanceof Problem) settle(row.id)
    }
  }
  if (rows.length > 1) say(t('sending.undone', { n: rows.length }))
  giveHint('tasks')
}

export async function sendNow(rows: TaskRow[]): Promise<void> {
  for (const row of rows) {
    try {
      await api.sendNow(row.id)
      settle(row.id)
      await tellIfRefused(row)
    } catch (failure) {
      say(sentence(failure))
    }
  }
  giveHint('tasks')
}

function settle(id: string): void {
  settled.add(id)
  sending.value = sending.value.filter((row) => row.id !== id)
}

let started = false

export function startSending(): void {
  if (started) return
  started = true
  void loadSending()
  onHint((hint) => void (hint === 'tasks' && loadSending()))
}
