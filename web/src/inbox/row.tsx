/** One stub: seal, subject, step and origin, term. */
import type { TaskRow } from '../api/types'
import { now } from '../clock/now'
import { TermMark } from '../clock/ruler'
import { when } from '../clock/words'
import { Seal } from '../frame/seal'
import { prefetchForm } from '../form/lazy'
import { joined, t } from '../i18n'
import { chosen, selecting, toggle, toggleTo } from './selection'
import { box } from './store'

export function Row({ row, current }: { row: TaskRow; current: boolean }) {
  if (selecting.value) return <Choice row={row} />
  const href = `/inbox/${box.value}/${row.id}`
  return (
    <a class={`row${row.unread ? ' new' : ''}${current ? ' sel' : ''}`} href={href} id={`row-${row.id}`}
      aria-current={current ? 'true' : undefined} onPointerEnter={prefetchForm} onFocus={prefetchForm}>
      <Seal urgency={row.urgency} />
      <span>
        <span class="t">{subjectOf(row)}</span>
        <span class="m">{originOf(row)}</span>
      </span>
      <End row={row} />
    </a>
  )
}

/** The same row while rows are being chosen: the box stands where the seal was, and what is urgent says so before its subject. */
function Choice({ row }: { row: TaskRow }) {
  const on = chosen.value.has(row.id)
  const urgent = row.urgency === 'E' || row.urgency === 'U'
  return (
    <label class={`row${row.unread ? ' new' : ''}${on ? ' ck' : ''}`}>
      <input type="checkbox" data-row={row.id} checked={on} aria-label={t('bulk.one', { subject: subjectOf(row) })}
        onClick={(event) => (event.shiftKey ? toggleTo(row.id) : toggle(row.id))} />
      <span>
        <span class="t">{urgent && <Seal urgency={row.urgency} />}{subjectOf(row)}</span>
        <span class="m">{originOf(row)}</span>
      </span>
      <End row={row} />
    </label>
  )
}

/** What is decided about whom; the process and number when the case has no subject yet. */
export function subjectOf(row: Pick<TaskRow, 'subject' | 'process' | 'instance'>): string {
  return withoutSuffix(row.subject ?? '') || [row.process.name, row.instance.number].filter(Boolean).join(' ')
}

/** Demo names carry a suffix; the bar says it is a demonstration, so lists leave it out. */
export function withoutSuffix(text: string): string {
  return text.replaceAll('·演示', '')
}

function originOf(row: TaskRow): string {
  const from = row.from ? [row.from.institution, row.from.name].filter(Boolean).map((word) => withoutSuffix(word!)).join(' ') : row.institution?.name
  return joined(row.onBehalfOf && t('row.for', { name: withoutSuffix(row.onBehalfOf) }), row.name, from, row.instance.number)
}

function End({ row }: { row: TaskRow }) {
  if (row.completedAt) {
    return (
      <span class="w">
        <span class="sla ok">{row.outcomeLabel ?? t('task.completedPlain')}</span>
        <span class="s d">{when(row.completedAt, now.value)}</span>
      </span>
    )
  }
  if (row.followUpAt) return <span class="w"><span class="sla ok">{t('row.later', { at: when(row.followUpAt, now.value) })}</span></span>
  return <TermMark task={row} provisional={row.provisional} />
}
