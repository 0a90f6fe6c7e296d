/**
 * The box that is open: its rows as the server sorted them, page by page, and the counts of all boxes. A hint from the server
 * brings the first page up to date in place; while the person is further down it only offers to.
 */
import { signal } from '@preact/signals'
import * as api from '../api/calls'
import type { Box, Counts, TaskRow } from '../api/types'
import { onHint } from '../live/hints'
import type { Filter } from '../api/views'
import { navigate, parts } from '../routing/router'
import { prefetchTask } from '../task/lazy'
import { filter, keep, learn, recall } from './filter'
import { loadViews } from './views'

export const BOXES: Box[] = ['todo', 'later', 'claimable', 'soon', 'overdue', 'copied', 'done', 'drafts']
const PAGE = 50
const MOST = 200
/** After which the rest of what a task needs is fetched beside the list. */
const IDLE_MS = 500

export const box = signal<Box>('todo')
export const search = signal('')
export const rows = signal<TaskRow[]>([])
/** The box the shown rows belong to: while another is being fetched the old ones stay. */
export const rowsOf = signal<Box | null>(null)
export const nextCursor = signal<string | null>(null)
export const error = signal<unknown>(null)
export const loadingMore = signal(false)
/** A newer list waits until the person asks for it. */
export const waiting = signal<TaskRow[] | null>(null)
export const counts = signal<Counts | null>(null)
/** Set by the list: whether exchanging rows now would move what the person is looking at. */
export const steady = { reading: () => false }

let running: AbortController | null = null

export async function openBox(next: Box): Promise<void> {
  if (next === box.value && rowsOf.value === next) return void refresh()
  if (next !== box.value || rowsOf.value === null) filter.value = recall(next)
  box.value = next
  await reload()
}

/** A box, a search or a filter was chosen: what comes is shown, whatever is being looked at. */
let choosing = 0
/** A hint came meanwhile: what is on its way may be older than the change. */
let hinted = false

export async function reload(): Promise<void> {
  choosing++
  const page = await fetchFirst(PAGE)
  choosing--
  if (page) {
    waiting.value = null
    show(page.items, page.nextCursor)
  }
  if (choosing || !hinted) return
  hinted = false
  void refresh()
}

async function fetchFirst(limit: number) {
  running?.abort()
  const mine = (running = new AbortController())
  const wanted = box.value
  try {
    const page = await api.tasks({ box: wanted, q: search.value, ...filter.value, limit }, mine)
    if (running !== mine) return null
    error.value = null
    return page
  } catch (failure) {
    if (running === mine) error.value = failure
    return null
  }
}

function show(items: TaskRow[], cursor: string | null): void {
  rows.value = items
  rowsOf.value = box.value
  nextCursor.value = cursor
  remember(items)
}

function remember(items: TaskRow[]): void {
  learn(items.map(({ process: { key, name } }) => [`process ${key}`, name]))
}

export async function loadMore(): Promise<void> {
  const cursor = nextCursor.value
  if (!cursor || loadingMore.value) return
  loadingMore.value = true
  const wanted = box.value
  try {
    const page = await api.tasks({ box: wanted, q: search.value, ...filter.value, cursor, limit: PAGE })
    if (wanted === box.value && cursor === nextCursor.value) {
      const known = new Set(rows.value.map(({ id }) => id))
      show([...rows.value, ...page.items.filter(({ id }) => !known.has(id))], page.nextCursor)
    }
  } catch (failure) {
    error.value = failure
  }
  loadingMore.value = false
}

export async function loadCounts(): Promise<void> {
  void loadViews()
  try {
    counts.value = await api.counts()
  } catch {
    // Old counts are better than none; the list itself says what is wrong.
  }
}

/** Brings the shown rows up to date, without moving them under the person's eyes. */
async function refresh(): Promise<void> {
  void loadCounts()
  if (choosing) return void (hinted = true)
  if (rowsOf.value !== box.value) return
  const page = await fetchFirst(Math.min(MOST, Math.max(PAGE, rows.value.length)))
  if (!page) return
  const fresh = merge(page.items)
  if (steady.reading() && moved(fresh)) {
    waiting.value = fresh
    return
  }
  rows.value = fresh
  remember(page.items)
  if (rows.value.length <= page.items.length) nextCursor.value = page.nextCursor
}

/** The fresh first rows, then whatever was loaded beyond them. */
function merge(first: TaskRow[]): TaskRow[] {
  if (rows.value.length <= MOST) return first
  const known = new Set(first.map(({ id }) => id))
  return [...first, ...rows.value.slice(MOST).filter(({ id }) => !known.has(id))]
}

function moved(fresh: TaskRow[]): boolean {
  return fresh.length !== rows.value.length || fresh.some(({ id }, at) => rows.value[at]?.id !== id)
}

export function showWaiting(): void {
  if (waiting.value) rows.value = waiting.value
  waiting.value = null
}

/** A row changed or left by the person's own act: the list shows it before the server is asked again. */
export function replaceRow(id: string, next: TaskRow | null): void {
  rows.value = rows.value.flatMap((row) => (row.id !== id ? [row] : next ? [next] : []))
}

export function markSeen(id: string): void {
  const row = rows.value.find((one) => one.id === id)
  if (row?.unread) replaceRow(id, { ...row, unread: false })
}

export function searchFor(text: string): void {
  if (text === search.value) return
  search.value = text
  void reload()
}

export function filterBy(next: Filter): void {
  filter.value = next
  keep(box.value, next)
  void reload()
}

/** Shows everything of the box again. */
export function clearFilters(): void {
  search.value = ''
  filterBy({})
}

/** Opens a box with a filter: in place where it is open already. */
export function openFiltered(of: Box, next: Filter): void {
  search.value = ''
  if (of === box.value && rowsOf.value !== null && parts()[1] === of) return filterBy(next)
  keep(of, next)
  if (of === box.value) rowsOf.value = null
  navigate(`/inbox/${of}`)
}

let started = false

export function startInbox(): void {
  if (started) return
  started = true
  void loadCounts()
  setTimeout(prefetchTask, IDLE_MS)
  onHint((hint) => void (hint === 'tasks' && refresh()))
}
