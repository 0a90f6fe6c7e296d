/**
 * Saving by itself: two seconds after the last change each changed file goes to the server. Until the server has it, it is kept in
 * the browser. Where somebody else has saved the file meanwhile both versions are kept, and the person chooses.
 */
import { effect, signal } from '@preact/signals'
import { saveFile } from '../../api/designs'
import { Problem, sentence, Unreachable } from '../../api/problem'
import { session } from '../../session/session'
import { design, fetchFile, files, put, writable, type OpenFile } from '../state'
import { drop, keep, recall, type Kept } from './kept'

export type Saving =
  | { kind: 'none' }
  | { kind: 'waiting' }
  | { kind: 'saving' }
  | { kind: 'saved'; at: string }
  | { kind: 'local'; kept: boolean }
  | { kind: 'held' }
  | { kind: 'failed'; reason: string }

/** Two versions of a file: mine, and what somebody else has saved meanwhile. */
export interface Conflict {
  mine: OpenFile
  theirs: OpenFile
  /** What the server says: who saved, and when. */
  said: string
}

export const saving = signal<Saving>({ kind: 'none' })
export const conflicts = signal<readonly Conflict[]>([])
/** What a former session here has not brought to the server, to be taken up or thrown away. */
export const recovered = signal<readonly Kept[]>([])

const PAUSE_MS = 2_000
const RETRY_MS = 15_000
let timer: ReturnType<typeof setTimeout> | undefined
let running = false
/** Asks what is drawn for its last state, which it may owe `files`. */
let flush: () => Promise<void> = () => Promise.resolve()

const person = (): string => session.peek()?.person.id ?? ''

/** Tells how the part in front hands over what it has not handed over yet. */
export function handsOver(with_: () => Promise<void>): () => void {
  flush = with_
  return () => {
    if (flush === with_) flush = () => Promise.resolve()
  }
}

export function startSaving(id: string): () => void {
  saving.value = { kind: 'none' }
  conflicts.value = []
  void recall(id, person()).then((kept) => design.peek()?.id === id && offer(kept))
  const kept = new Map<string, string>()
  const stop = effect(() => {
    const changed = [...files.value.values()].filter((file) => file.unsaved)
    for (const file of changed) {
      if (kept.get(file.name) === file.content) continue
      kept.set(file.name, file.content)
      void keep(id, person(), file)
    }
    if (changed.length) {
      if (saving.peek().kind !== 'local' && saving.peek().kind !== 'saving') saving.value = { kind: 'waiting' }
      later(PAUSE_MS)
    }
  })
  const away = () => void (document.visibilityState === 'hidden' && save())
  const online = () => void save()
  document.addEventListener('visibilitychange', away)
  addEventListener('online', online)
  addEventListener('beforeunload', warn)
  return () => {
    stop()
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', away)
    removeEventListener('online', online)
    removeEventListener('beforeunload', warn)
  }
}

/** A browser asks before it closes what neither the server nor IndexedDB has. */
function warn(event: BeforeUnloadEvent): void {
  const state = saving.peek()
  if (state.kind === 'local' && !state.kept) event.preventDefault()
}

function later(pause: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void save(), pause)
}

/** Saves every changed file, and resolves when the server has what it takes of them. */
export async function save(): Promise<void> {
  await flush()
  const open = design.peek()
  if (!open || running) return
  clearTimeout(timer)
  const blocked = new Set(conflicts.peek().map(({ mine }) => mine.name))
  const waiting = [...files.peek().values()].filter((file) => file.unsaved && !blocked.has(file.name))
  if (!waiting.length) return
  if (!writable.peek()) return void (saving.value = { kind: 'held' })
  running = true
  saving.value = { kind: 'saving' }
  for (const file of waiting) await saveOne(open.id, file)
  running = false
  if (saving.peek().kind === 'saved' && [...files.peek().values()].some((file) => file.unsaved && !blocked.has(file.name))) later(PAUSE_MS)
}

async function saveOne(id: string, file: OpenFile): Promise<void> {
  try {
    const { revision, savedAt } = await saveFile(id, file.name, file.content, file.revision)
    const now = files.peek().get(file.name)
    if (now) put({ ...now, revision, unsaved: now.content !== file.content })
    await drop(id, person(), file.name)
    saving.value = { kind: 'saved', at: savedAt }
  } catch (failure) {
    await failed(id, file, failure)
  }
}

async function failed(id: string, file: OpenFile, failure: unknown): Promise<void> {
  const kept = await keep(id, person(), file)
  if (failure instanceof Problem && failure.code === 'design-stale') {
    const theirs = await fetchFile(id, file.name).catch(() => null)
    if (theirs) conflicts.value = [...conflicts.peek(), { mine: file, theirs, said: failure.detail }]
  }
  if (failure instanceof Unreachable) {
    saving.value = { kind: 'local', kept }
    later(RETRY_MS)
  } else {
    saving.value = { kind: 'failed', reason: sentence(failure) }
  }
}

/** Ends a conflict: mine is saved over theirs, or theirs takes the place of mine; the server keeps both in its history. */
export function settle({ mine, theirs }: Conflict, choice: 'mine' | 'theirs'): void {
  conflicts.value = conflicts.peek().filter((one) => one.mine.name !== mine.name)
  if (choice === 'theirs') {
    put(theirs)
    void drop(design.peek()!.id, person(), mine.name)
    saving.value = { kind: 'none' }
  } else {
    const now = files.peek().get(mine.name) ?? mine
    put({ ...now, revision: theirs.revision, unsaved: true })
  }
}

/** What is kept counts only where the server does not have it by now. */
function offer(kept: readonly Kept[]): void {
  const left = kept.filter(({ file }) => files.peek().get(file.name)?.content !== file.content)
  for (const one of kept) if (!left.includes(one)) void drop(one.design, one.person, one.file.name)
  recovered.value = left
}

/** Takes up what was kept, on top of the newest revision, or throws it away. */
export function recover(how: 'take' | 'drop'): void {
  for (const { design: id, person: whose, file } of recovered.peek()) {
    if (how === 'drop') void drop(id, whose, file.name)
    else put({ ...file, revision: files.peek().get(file.name)?.revision ?? null, unsaved: true })
  }
  recovered.value = []
}
