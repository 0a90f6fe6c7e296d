/**
 * One open task: what the server says about it, what the person has written on it, and how far that is safe. Everything typed
 * is in `edits` and `opinion` until the server has taken it, whatever goes wrong in between.
 */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import * as api from '../api/calls'
import { Problem, sentence } from '../api/problem'
import { begun } from '../afterwards/afterwards'
import type { Action, Afterwards, TaskDetail, Value, Values } from '../api/types'
import { changes, laidOver, valueAt, votesIn, withDefaults, withValue, type Path } from '../form/nodes'
import { t } from '../i18n'
import { onHint } from '../live/hints'
import { startDraft, type Draft } from './draft'
import { openUploads, type Uploads } from './uploads'

/** Something that stands in the way of acting, shown above the slip. */
export interface Obstacle {
  words: string
  /** Acting is possible again after taking the newest version. */
  renew: boolean
}

export interface Leaf {
  id: string
  detail: Signal<TaskDetail | null>
  error: Signal<unknown>
  etag: Signal<string>
  edits: Signal<Values>
  opinion: Signal<string>
  opinionError: Signal<string>
  /** Field path to the sentence that says what is wrong with it. */
  faults: Signal<Record<string, string>>
  obstacle: Signal<Obstacle | null>
  /** The server has a newer version than the one shown. */
  newer: Signal<TaskDetail | null>
  acting: Signal<string | null>
  /** Set when what is decided here happened before it is entered. */
  afterwards: Signal<Afterwards | null>
  draft: Draft
  uploads: Uploads
  /** Files on their way with the opinion, and the ids of those that are there. */
  enclosures: Uploads
  enclosed: Signal<string[]>
  values: ReadonlySignal<Values>
  load: () => Promise<void>
  renew: () => Promise<void>
  write: (path: Path, value: Value) => void
  close: () => void
}

export function openLeaf(id: string): Leaf {
  const detail = signal<TaskDetail | null>(null)
  const edits = signal<Values>({})
  const opinion = signal('')
  const enclosed = signal<string[]>([])
  const nodes = () => detail.peek()?.form?.components ?? []
  const data = () => detail.peek()?.data ?? {}
  const values = computed(() => ({ ...withDefaults(detail.value?.form?.components ?? [], detail.value?.data ?? {}), ...edits.value }))
  const leaf: Leaf = {
    id,
    detail,
    error: signal<unknown>(null),
    etag: signal(''),
    edits,
    opinion,
    opinionError: signal(''),
    faults: signal<Record<string, string>>({}),
    obstacle: signal<Obstacle | null>(null),
    newer: signal<TaskDetail | null>(null),
    acting: signal<string | null>(null),
    afterwards: signal<Afterwards | null>(null),
    values,
    draft: startDraft(id, { edits, opinion, pack: () => ({ ...changes(nodes(), data(), values.peek()), ...votesIn(edits.peek()) }), unpack: (draft) => ({ ...laidOver(nodes(), data(), draft), ...votesIn(draft) }) }),
    uploads: openUploads(id, {
      read: (path) => valueAt(values.peek(), path),
      write: (path, value) => write(leaf, path, value),
      kept: (one) => JSON.stringify(data()).includes(one),
    }),
    enclosed,
    enclosures: openUploads(id, {
      read: () => enclosed.peek(),
      write: (_, value) => (enclosed.value = value as string[]),
      kept: () => false,
    }),
    load: () => load(leaf),
    renew: () => renew(leaf),
    write: (path, value) => write(leaf, path, value),
    close: () => {
      stop()
      leaf.uploads.stop()
      leaf.enclosures.stop()
      leaf.draft.stop()
    },
  }
  const stop = onHint((hint) => void (hint === 'tasks' && look(leaf)))
  return leaf
}

export function allows(leaf: Leaf, action: Action): boolean {
  return leaf.detail.value?.actions.includes(action) ?? false
}

async function load(leaf: Leaf): Promise<void> {
  try {
    const { body, etag } = await api.task(leaf.id)
    const first = leaf.detail.value === null
    take(leaf, body, etag)
    if (first && allows(leaf, 'saveDraft')) leaf.draft.restore(body.draft)
    if (first && allows(leaf, 'complete')) leaf.afterwards.value = begun.value.get(body.instance.id) ?? null
    // From now on its holder knows of it, and the clock of its response ends.
    if (first && body.mine && body.responseDueAt) void api.open(leaf.id).catch(() => undefined)
    leaf.draft.enabled.value = allows(leaf, 'saveDraft')
  } catch (failure) {
    if (leaf.detail.value === null) leaf.error.value = failure
    else cannotRenew(leaf, leaf.detail.value, failure)
  }
}

/** What is shown stays, with what was written on it; a task that is this person's no more can only be read. */
function cannotRenew(leaf: Leaf, shown: TaskDetail, failure: unknown): void {
  const gone = failure instanceof Problem && [403, 404].includes(failure.status)
  leaf.obstacle.value = { words: gone ? t('task.gone') : sentence(failure, 'load'), renew: !gone }
  if (!gone) return
  leaf.detail.value = { ...shown, actions: [] }
  leaf.draft.enabled.value = false
}

function take(leaf: Leaf, body: TaskDetail, etag: string): void {
  leaf.detail.value = body
  leaf.uploads.learn(body.attachments)
  leaf.enclosures.learn(body.enclosures)
  leaf.enclosed.value = body.enclosures.map((file) => file.id)
  leaf.etag.value = etag
  leaf.error.value = null
  // On a task that cannot be acted on any more only what was sent is true.
  if (!body.actions.includes('complete')) leaf.edits.value = {}
  leaf.newer.value = null
}

/** Takes the newest version and keeps what the person has written. */
async function renew(leaf: Leaf): Promise<void> {
  leaf.obstacle.value = null
  leaf.faults.value = {}
  await load(leaf)
}

/** Edits are kept by top-level key, each with everything that lies below it. */
function write(leaf: Leaf, path: Path, value: Value): void {
  const [key, ...rest] = path
  if (key === undefined) return
  leaf.edits.value = { ...leaf.edits.value, [key]: withValue(valueAt(leaf.values.value, [key]), rest, value) }
  const name = path.join('.')
  const faults = Object.entries(leaf.faults.value).filter(([field]) => field !== name && !field.startsWith(`${name}.`))
  if (faults.length !== Object.keys(leaf.faults.value).length) leaf.faults.value = Object.fromEntries(faults)
}

/** Looks whether the task has changed. While nothing is written and nothing goes away the new version is simply shown. */
async function look(leaf: Leaf): Promise<void> {
  const shown = leaf.detail.value
  if (!shown || leaf.acting.value || leaf.obstacle.value) return
  let fresh: api.Revised<TaskDetail>
  try {
    fresh = await api.task(leaf.id)
  } catch {
    return
  }
  if (leaf.detail.value !== shown || leaf.acting.value) return
  if (fresh.etag === leaf.etag.value && fresh.body.level === shown.level && fresh.body.heldUntil === shown.heldUntil) return
  const untouched = !Object.keys(leaf.edits.value).length && !leaf.opinion.value
  if (untouched && fresh.body.state === shown.state) take(leaf, fresh.body, fresh.etag)
  else leaf.newer.value = fresh.body
}
