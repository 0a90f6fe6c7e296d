/**
 * Drafts. What is written goes to the server after a short pause, so it is there on the next computer too; until the server
 * has it, a copy stays in this tab, so that a lost network or an ended session loses nothing.
 */
import { effect, signal, type Signal } from '@preact/signals'
import * as api from '../api/calls'
import { Problem, Unreachable } from '../api/problem'
import type { TaskDetail, Values } from '../api/types'

export type DraftState =
  | { kind: 'none' }
  | { kind: 'saving' }
  | { kind: 'saved'; at: string }
  | { kind: 'restored'; at: string }
  | { kind: 'local' }
  | { kind: 'failed'; reason: string }

export interface Draft {
  state: Signal<DraftState>
  /** Whether the server takes drafts of this task from this person. */
  enabled: Signal<boolean>
  restore: (draft: TaskDetail['draft']) => void
  /** Forgets what was kept here: the server has all of it now. */
  clear: () => void
  stop: () => void
}

interface Kept {
  data: Values
  opinion: string
}

const PAUSE_MS = 1_000
const RETRY_MS = 15_000

interface Written {
  edits: Signal<Values>
  opinion: Signal<string>
  /** What of the edits the server is to keep. */
  pack: () => Values
  /** The edits again, from what the server kept. */
  unpack: (data: Values) => Values
}

export function startDraft(taskId: string, { edits, opinion, pack, unpack }: Written): Draft {
  const state = signal<DraftState>({ kind: 'none' })
  const enabled = signal(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let saved = fingerprint({}, '')
  let dirty = false
  let stopped = false

  async function save(): Promise<void> {
    timer = undefined
    const [data, words] = [edits.peek(), opinion.peek()]
    const written = fingerprint(data, words)
    if (stopped || !enabled.peek() || written === saved) return
    state.value = { kind: 'saving' }
    try {
      const { savedAt } = await api.saveDraft(taskId, pack(), words)
      saved = written
      if (stopped) return
      dirty = fingerprint(edits.peek(), opinion.peek()) !== saved
      if (!dirty) forget(taskId)
      state.value = { kind: 'saved', at: savedAt }
    } catch (failure) {
      state.value = failure instanceof Unreachable || !(failure instanceof Problem) ? { kind: 'local' } : { kind: 'failed', reason: failure.detail }
      if (failure instanceof Unreachable) later(RETRY_MS)
    }
  }

  function later(pause: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), pause)
  }

  const stopWatching = effect(() => {
    const [data, words] = [edits.value, opinion.value]
    if (fingerprint(data, words) === saved) return
    dirty = true
    keep(taskId, { data, opinion: words })
    if (enabled.value) later(PAUSE_MS)
  })

  return {
    state,
    enabled,
    restore: (draft) => {
      const kept = recall(taskId)
      const theirs = draft && { data: unpack(draft.data), opinion: draft.opinion ?? '' }
      if (theirs) {
        saved = fingerprint(theirs.data, theirs.opinion)
        state.value = { kind: 'restored', at: draft.savedAt }
      }
      const found = kept ?? theirs
      if (!found) return
      edits.value = found.data
      opinion.value = found.opinion
    },
    clear: () => {
      clearTimeout(timer)
      stopped = true
      forget(taskId)
    },
    stop: () => {
      stopWatching()
      if (timer && dirty && !stopped) void save()
      stopped = true
      clearTimeout(timer)
    },
  }
}

function fingerprint(data: Values, opinion: string): string {
  return JSON.stringify([data, opinion])
}

const nameOf = (taskId: string): string => `liandong.draft.${taskId}`

function keep(taskId: string, kept: Kept): void {
  try {
    sessionStorage.setItem(nameOf(taskId), JSON.stringify(kept))
  } catch {
    // Without storage the draft still lives in the page.
  }
}

function recall(taskId: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(taskId)) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

function forget(taskId: string): void {
  try {
    sessionStorage.removeItem(nameOf(taskId))
  } catch {
    // Nothing was kept.
  }
}
