/** The course of a case: what was done by whom, who has it now since when, and what comes. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { timeline } from '../api/calls'
import type { TimelineItem } from '../api/timeline-types'
import { now } from '../clock/now'
import { MINUTE, span, when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { either, joined, t } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { onHint } from '../live/hints'

/** Steps done last that the narrow column shows; of a longer course it folds those between them and the start. */
const RECENT = 6

/** `full` shows system notes, messages and details too; the narrow column shows who had it, and of a long course the end. */
export function Timeline({ instanceId, full = false }: { instanceId: string; full?: boolean }) {
  const course = useResource(instanceId, (live) => timeline(instanceId, live))
  useEffect(() => onHint((hint) => void (hint === 'tasks' && course.load())), [course])
  const items = course.content.value?.items
  const unfolded = useSignal('')
  const folded = full || unfolded.value === instanceId ? 0 : foldedOf(items ?? [])
  return (
    <section class="course">
      <h2>{t('timeline.title')}</h2>
      {course.error.value !== null && !items && <Failed error={course.error.value} retry={() => void course.load()} />}
      {items && !items.length && <p class="s d">{t('timeline.empty')}</p>}
      {items && (
        <ol class="tl">
          {items.slice(0, folded ? 1 : 0).map((item, at) => <Entry key={at} item={item} full={full} />)}
          {folded > 0 && <li><button type="button" class="link" onClick={() => (unfolded.value = instanceId)}>{t('timeline.folded', { n: folded })}</button></li>}
          {items.slice(folded ? 1 + folded : 0).map((item, at) => <Entry key={folded + at} item={item} full={full} />)}
        </ol>
      )}
    </section>
  )
}

/** How many lines after the first are folded away. */
function foldedOf(items: TimelineItem[]): number {
  const folded = items.filter(({ state }) => state === 'done').length - 1 - RECENT
  return folded > 2 ? folded : 0
}

function Entry({ item, full }: { item: TimelineItem; full: boolean }) {
  const title = <b>{either(item.title, item.titleEn)}</b>
  const stamp = stampOf(item)
  const holder = withoutSuffix(joined(item.person, item.capacity))
  const detail = either(item.detail, item.detailEn)
  const aside = item.kind === 'escalation' || item.kind === 'incident'
  return (
    <li class={`${item.state === 'done' ? '' : item.state} ${aside ? 'alarm' : ''}`} aria-current={item.state === 'now' ? 'step' : undefined}>
      {stamp && <time dateTime={stamp.iso}>{stamp.words}</time>}
      {title}
      {holder ? <span class="block">{holder}</span> : item.kind === 'system' && <span> {t('timeline.system')}</span>}
      {item.state === 'now' && <span class="block">{elapsed(item)}</span>}
      {detail && (full || aside || !holder) && <span class="block quote">{withoutSuffix(detail)}</span>}
      {full && item.basis && <span class="s d block">{either(item.basis, item.basisEn)}</span>}
    </li>
  )
}

function stampOf(item: TimelineItem): { iso: string; words: string } | null {
  if (item.state === 'now') {
    return item.dueAt ? { iso: item.dueAt, words: t('term.before', { time: when(item.dueAt, now.value) }) } : null
  }
  const iso = item.at ?? item.dueAt
  if (!iso) return null
  return { iso, words: when(iso, now.value) }
}

/** How long it lies there, and how long it may. */
function elapsed(item: TimelineItem): string {
  const since = item.since ?? item.at
  if (!since) return ''
  const age = now.value - Date.parse(since)
  if (age < MINUTE) return t('timeline.just')
  const gone = span(age)
  if (!item.dueAt) return t('timeline.elapsed', { span: gone })
  return t('timeline.elapsedOf', { span: gone, term: span(Date.parse(item.dueAt) - Date.parse(since)) })
}
