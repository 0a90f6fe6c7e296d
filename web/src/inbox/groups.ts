/** Rows in groups under a heading, in the server's order: what to do first, what is due today, the rest. */
import type { Box, TaskRow } from '../api/types'
import { termOf } from '../clock/term'
import { daysBetween } from '../clock/words'
import type { Key } from '../i18n'

export interface Group {
  title: Key
  rows: TaskRow[]
}

export function groupsOf(box: Box, rows: TaskRow[], now: number): Group[] {
  if (box === 'todo' || box === 'claimable') return collect(rows, (row) => urgencyGroup(row, now), ['group.first', 'group.today', 'group.later'])
  if (box === 'copied') return collect(rows, (row) => (row.readAt ? 'group.read' : 'group.unread'), ['group.unread', 'group.read'])
  if (box === 'done') return collect(rows, (row) => doneGroup(row, now), ['group.doneToday', 'group.doneBefore'])
  return rows.length ? [{ title: `box.${box}`, rows }] : []
}

function urgencyGroup(row: TaskRow, now: number): Key {
  const term = termOf(row, now)
  if (row.urgency === 'E' || row.urgency === 'U' || (term && term.state !== 'ok')) return 'group.first'
  return row.dueAt && daysBetween(now, Date.parse(row.dueAt)) <= 0 ? 'group.today' : 'group.later'
}

function doneGroup(row: TaskRow, now: number): Key {
  return row.completedAt && daysBetween(now, Date.parse(row.completedAt)) === 0 ? 'group.doneToday' : 'group.doneBefore'
}

function collect(rows: TaskRow[], groupOf: (row: TaskRow) => Key, order: Key[]): Group[] {
  const found = new Map<Key, TaskRow[]>(order.map((title) => [title, []]))
  for (const row of rows) found.get(groupOf(row))!.push(row)
  return order.map((title) => ({ title, rows: found.get(title)! })).filter((group) => group.rows.length)
}
