/** The head of the leaf: about whom, which step, from where, in which capacity, and how much time is left. */
import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { now } from '../clock/now'
import { TermMark } from '../clock/ruler'
import { when } from '../clock/words'
import { Icon } from '../frame/icon'
import { Seal } from '../frame/seal'
import { t, type Key } from '../i18n'
import { box, rows } from '../inbox/store'
import { subjectOf, withoutSuffix } from '../inbox/row'
import { allows, type Leaf } from './leaf'
import { TABS, type TaskTab } from './tab'

interface Props {
  leaf: Leaf
  tab: Signal<TaskTab>
  heading: RefObject<HTMLHeadingElement>
}

const NAME: Record<TaskTab, Key> = { form: 'task.form', diagram: 'task.diagram', activity: 'task.activity' }

export function DeskHead({ leaf, tab, heading }: Props) {
  const detail = leaf.detail.value!
  const capacity = detail.capacity
  return (
    <header class="dh">
      <div class="fx top">
        <Seal urgency={detail.urgency} />
        <h1 ref={heading} tabIndex={-1}>{subjectOf(detail)}</h1>
        <span class="push"><Term leaf={leaf} /></span>
      </div>
      <p class="s d2 facts">
        <span>{detail.name}</span>
        <Way leaf={leaf} />
        {capacity && allows(leaf, 'complete') && <span class="tag">{t('task.as', { institution: capacity.institution, post: capacity.post })}</span>}
        <Holder leaf={leaf} />
      </p>
      <div class="fx">
        <FaceTabs tab={tab} />
        <Newer leaf={leaf} />
      </div>
    </header>
  )
}

export function PhoneHead({ leaf, tab, heading }: Props) {
  const detail = leaf.detail.value!
  const at = rows.value.findIndex(({ id }) => id === leaf.id)
  const next = rows.value[at + 1]
  return (
    <header class="head">
      <div class="fx between steps">
        <a class="btn q" href={`/inbox/${box.value}`} aria-label={t('frame.toInbox')}><Icon name="left" /></a>
        <span class="s d2">{detail.name}{at >= 0 && <>　{t('task.position', { n: at + 1, all: rows.value.length })}</>}</span>
        {at >= 0 && next ? <a class="btn q" href={`/inbox/${box.value}/${next.id}`} aria-label={t('task.next')}><Icon name="right" /></a> : <span class="btn-gap" />}
      </div>
      <div class="about">
        <Seal urgency={detail.urgency} />
        <h1 ref={heading} tabIndex={-1}>{subjectOf(detail)}</h1>
      </div>
      <div class="fx between facts">
        <span class="s d2"><Way leaf={leaf} /> <Holder leaf={leaf} /></span>
        <Term leaf={leaf} />
      </div>
      <div class="fx between"><FaceTabs tab={tab} /><Newer leaf={leaf} /></div>
    </header>
  )
}

function Term({ leaf }: { leaf: Leaf }) {
  const detail = leaf.detail.value!
  if (detail.completedAt) {
    return <span class="sla ok">{t('task.completed', { at: when(detail.completedAt, now.value), outcome: detail.outcomeLabel ?? t('task.completedPlain') })}</span>
  }
  return <TermMark task={detail} wide provisional={detail.provisional} />
}

/** From whom it came, and where it lies. */
function Way({ leaf }: { leaf: Leaf }) {
  const { from, institution } = leaf.detail.value!
  const origin = from && [from.institution, from.name].filter(Boolean).map((word) => withoutSuffix(word!)).join(' ')
  return <span>{[origin, institution?.name].filter((word, at, all) => word && all.indexOf(word) === at).join(' → ')}</span>
}

function Holder({ leaf }: { leaf: Leaf }) {
  const { mine, assignee, onBehalfOf, state, followUpAt } = leaf.detail.value!
  if (followUpAt) return <span class="tag">{t('row.later', { at: when(followUpAt, now.value) })}</span>
  // 代理: whose work it is stands beside whoever does it, before and after.
  if (onBehalfOf) return <span class="tag">{t('task.for', { name: withoutSuffix(onBehalfOf) })}</span>
  if (mine || state === 'completed' || state === 'closed') return null
  return <span class="tag">{assignee ? t('task.holder', { name: withoutSuffix(assignee.name) }) : t('task.unheld')}</span>
}

function FaceTabs({ tab }: { tab: Signal<TaskTab> }) {
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (!by) return
    tab.value = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length]!
    requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus())
  }
  return (
    <div class="tabs" role="tablist" aria-label={t('task.tabs')} onKeyDown={move}>
      {TABS.map((name) => (
        <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={tab.value === name} aria-controls="face"
          tabIndex={tab.value === name ? 0 : -1} onClick={() => (tab.value = name)}>
          {t(NAME[name])}
        </button>
      ))}
    </div>
  )
}

function Newer({ leaf }: { leaf: Leaf }) {
  if (!leaf.newer.value) return null
  return <button type="button" class="btn q sm push" title={t('task.changed.hint')} onClick={() => void leaf.renew()}>{t('task.changed')}</button>
}
