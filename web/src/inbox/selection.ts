/** Rows chosen to be agreed to together. Choosing is a mode of the list: a row is then a box to tick, not a way to its task. */
import { computed, signal } from '@preact/signals'
import type { Agreed, TaskRow } from '../api/types'
import { box, rows } from './store'

/** Boxes whose tasks can be decided. */
const DECIDABLE = ['todo', 'claimable', 'soon', 'overdue']

export const selecting = signal(false)
export const chosen = signal<ReadonlySet<string>>(new Set())
/** What became of the rows that were agreed to last, until the person has looked at it. */
export const results = signal<{ row: TaskRow; result: Agreed }[] | null>(null)
export const selectable = computed(() => DECIDABLE.includes(box.value))
export const chosenRows = computed(() => rows.value.filter(({ id }) => chosen.value.has(id)))

let last: string | null = null

export function toggle(id: string): void {
  selecting.value = true
  const next = new Set(chosen.value)
  if (!next.delete(id)) next.add(id)
  chosen.value = next
  last = id
}

/** Everything from the row ticked last to this one. */
export function toggleTo(id: string): void {
  const ids = rows.value.map((row) => row.id)
  const [from, to] = [ids.indexOf(last ?? id), ids.indexOf(id)].sort((a, b) => a - b) as [number, number]
  selecting.value = true
  chosen.value = new Set([...chosen.value, ...ids.slice(Math.max(0, from), to + 1)])
  last = id
}

export function chooseAll(on: boolean): void {
  selecting.value = true
  chosen.value = new Set(on ? rows.value.map(({ id }) => id) : [])
}

export function stopSelecting(): void {
  selecting.value = false
  chosen.value = new Set()
  last = null
}
