/** What lies between head and actions: the slip with the course of the case beside it, or the diagram, or all that happened. */
import { useEffect, useRef } from 'preact/hooks'
import { wordsOf } from '../afterwards/afterwards'
import type { TaskDetail } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { lazy } from '../frame/lazy'
import { Icon } from '../frame/icon'
import { narrow } from '../frame/media'
import { either, t } from '../i18n'
import { loadForm } from '../form/lazy'
import { withoutSuffix } from '../inbox/row'
import { Ladder } from '../timeline/ladder'
import { Timeline } from '../timeline/timeline'
import { undo } from '../sending/store'
import { allows, type Leaf } from './leaf'
import { OpinionField } from './opinion'
import type { TaskTab } from './tab'

const Slip = lazy(loadForm)
const Copies = lazy(() => import('./copies'))
const Motions = lazy(() => import('./motions'))
const Signers = lazy(() => import('./signers'))
const Enclosures = lazy(() => import('./enclosures'), true)
const Diagram = lazy(() => import('../diagram/diagram'))

export function Content({ leaf, tab }: { leaf: Leaf; tab: TaskTab }) {
  const { instance } = leaf.detail.value!
  const panel = { id: 'face', role: 'tabpanel', 'aria-labelledby': `tab-${tab}` } as const
  if (tab === 'diagram') return <div {...panel} class="face"><Diagram instanceId={instance.id} /></div>
  if (tab === 'activity') {
    return (
      <div {...panel} class="face pad" tabIndex={0}>
        <Timeline instanceId={instance.id} full />
        <Ladder steps={leaf.detail.value!.ladder} />
      </div>
    )
  }
  return (
    <div {...panel} class="two">
      <div class="sheet-side" tabIndex={narrow.value ? undefined : 0}>
        <Notes leaf={leaf} />
        <Slip leaf={leaf} />
        {leaf.detail.value!.round.motions.length > 0 && <Motions leaf={leaf} />}
        {leaf.detail.value!.round.seats.length > 1 && <Signers leaf={leaf} />}
        {leaf.detail.value!.copies.length > 0 && <Copies leaf={leaf} />}
        {narrow.value && <OpinionField leaf={leaf} />}
        {allows(leaf, 'complete') && <Enclosures leaf={leaf} />}
      </div>
      <aside aria-label={t('timeline.title')} tabIndex={narrow.value ? undefined : 0}>
        <Timeline instanceId={instance.id} />
        <Ladder steps={leaf.detail.value!.ladder} />
      </aside>
    </div>
  )
}

/** Everything that must be known before acting, in order of weight. */
function Notes({ leaf }: { leaf: Leaf }) {
  const detail = leaf.detail.value!
  const obstacle = leaf.obstacle.value
  return (
    <div class="notes">
      <div role="alert">
        {obstacle && (
          <p class="note over fx">
            <Icon name="alert" />
            <span>{obstacle.words}</span>
            {obstacle.renew && <button type="button" class="btn sm push" onClick={() => void leaf.renew()}>{t('task.stale.reload')}</button>}
          </p>
        )}
      </div>
      <FaultNote leaf={leaf} />
      {detail.heldUntil && (
        <p class="note soon fx">
          <span>{t('sending.note', { outcome: detail.heldLabel ?? '' })}</span>
          <button type="button" class="btn sm push" onClick={() => void undo([detail])}>{t('sending.undo')}</button>
        </p>
      )}
      {leaf.afterwards.value && (
        <p class="note soon fx">
          <span>{wordsOf(leaf.afterwards.value)}</span>
          <button type="button" class="btn sm push" onClick={() => (leaf.afterwards.value = null)}>{either('不是补录', 'Happens now')}</button>
        </p>
      )}
      {detail.unsent && <UnsentNote leaf={leaf} />}
      {detail.returned && <ReturnedNote returned={detail.returned} />}
      {detail.reason === 'no-candidate' && <p class="note soon">{t('task.noCandidate')}</p>}
    </div>
  )
}

/** A decision that could not be sent, and what was written with it. */
function UnsentNote({ leaf }: { leaf: Leaf }) {
  const { outcomeLabel, opinion, detail, at } = leaf.detail.value!.unsent!
  return (
    <div class="note over" role="alert">
      <b>{t('unsent.note', { outcome: outcomeLabel ?? '', at: when(at, now.value), why: detail })}</b>
      {opinion && <p>{t('unsent.opinion', { opinion })}</p>}
      {allows(leaf, 'complete') && <p class="s d2">{t('unsent.kept')}</p>}
    </div>
  )
}

/** Why the case has come back to this step. */
function ReturnedNote({ returned }: { returned: NonNullable<TaskDetail['returned']> }) {
  const facts = { who: withoutSuffix(returned.byName), step: returned.name ?? '', at: when(returned.at, now.value) }
  return (
    <div class="note soon">
      <b>{t(returned.name ? 'return.note' : 'withdraw.note', facts)}</b>
      <p>{returned.reason}</p>
      {returned.resume === 'direct' && <p class="s d2">{t('return.note.direct')}</p>}
    </div>
  )
}

/** How many fields are wrong, with a way to each of them. */
function FaultNote({ leaf }: { leaf: Leaf }) {
  const note = useRef<HTMLDivElement>(null)
  const faults = Object.entries(leaf.faults.value).filter(([field]) => field !== 'opinion')
  const known = faults.length > 0
  useEffect(() => {
    if (known) note.current?.scrollIntoView({ block: 'nearest' })
  }, [known])
  if (!known) return null
  return (
    <div class="note over" role="alert" ref={note}>
      <b>{faults.length === 1 ? t('task.missing.one') : t('task.missing.many', { n: faults.length })}</b>
      <ul>
        {faults.map(([field, words]) => (
          <li key={field}><button type="button" class="link" onClick={() => focusField(field)}>{words}</button></li>
        ))}
      </ul>
    </div>
  )
}

/** Takes the person to the field that `path` names, or to the list it is a part of. */
export function focusField(path: string): void {
  for (let name = path; name; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const field = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)
    const control = field?.querySelector<HTMLElement>('input, select, textarea, button') ?? field
    if (!control) continue
    control.focus({ preventScroll: true })
    control.scrollIntoView({ block: 'center' })
    return
  }
}

/** From the list into the form: its first field to write in, else the form itself. */
export function toForm(): void {
  const form = document.querySelector<HTMLElement>('.sheet-side')
  const field = form?.querySelector<HTMLElement>('.c.ed :is(input:not([hidden]), select, textarea, button)') ?? form
  field?.focus()
  field?.scrollIntoView({ block: 'nearest' })
}
