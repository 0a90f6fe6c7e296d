/** One case: who has it now, everything that happened, the institutions that take part, and the diagram. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { StepsAhead } from '../ahead/ahead'
import * as api from '../api/calls'
import { archiveAddress } from '../api/paper'
import { Problem, sentence } from '../api/problem'
import type { InstanceDetail } from '../api/types'
import { now } from '../clock/now'
import { TermMark } from '../clock/ruler'
import { span, when } from '../clock/words'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { Screen } from '../frame/screen'
import { Seal } from '../frame/seal'
import { Empty, Failed } from '../frame/states'
import { say } from '../frame/toast'
import { either, t, type Key } from '../i18n'
import { subjectOf, withoutSuffix } from '../inbox/row'
import { useCommands } from '../keyboard/use-commands'
import { onHint } from '../live/hints'
import { Holder } from '../mine/tables'
import { parts } from '../routing/router'
import { Timeline } from '../timeline/timeline'
import { PrintButton } from './print'

/** Steps ahead that are told. */
const NEXT = 5

const WordsDialog = lazy(() => import('./words'))
const WithdrawDialog = lazy(() => import('./withdraw'))
const Entered = lazy(() => import('./entered'), true)
const Collaboration = lazy(() => import('../collaboration/collaboration'))
const FACES = ['activity', 'diagram', 'collaboration'] as const
const opened = (id: string): string => `/cases/${id}`
const Diagram = lazy(() => import('../diagram/diagram'))

export default function CasePage() {
  const id = parts()[1] ?? ''
  const found = useResource(id, (live) => api.instance(id, live))
  useEffect(() => onHint((hint) => void (hint === 'tasks' && found.load())), [found])
  const detail = found.content.value
  const error = found.error.value
  if (!detail) {
    const gone = error instanceof Problem && [403, 404].includes(error.status)
    return (
      <Screen title={t('place.case')}>
        {gone && <Empty title={t('task.gone')} hint={t('task.gone.hint')}><a class="btn" href="/mine">{t('place.mine')}</a></Empty>}
        {error !== null && !gone && <Failed error={error} retry={() => void found.load()} />}
      </Screen>
    )
  }
  return <Case detail={detail} />
}

function Case({ detail }: { detail: InstanceDetail }) {
  const face = useSignal<(typeof FACES)[number]>('activity')
  const withdrawing = useSignal(false)
  const followed = useSignal(detail.followed)
  const follow = async () => {
    const on = !followed.value
    try {
      await api.follow(detail.id, on)
      followed.value = on
      say(t(on ? 'case.followed' : 'case.unfollowed'))
    } catch (failure) {
      say(sentence(failure))
    }
  }
  const words = useSignal<'comment' | 'urge' | null>(null)
  useCommands([
    { keys: '.', act: () => void (detail.actions.includes('urge') && (words.value = 'urge')), words: detail.actions.includes('urge') ? t('case.urge') : undefined },
    { keys: 'm', act: () => void (words.value = 'comment'), words: t('case.comment') },
  ])
  const subject = subjectOf({ subject: detail.subject, process: detail.process, instance: detail })
  return (
    <Screen title={subject} shape="case">
      <header class="case-head">
        <div class="fx"><Seal urgency={detail.urgency} /><b class="t3">{detail.process.name}</b><span class="d2">{detail.number}</span>{detail.number && detail.state === 'cancelled' && <span class="tag">{either('作废', 'Void')}</span>}
          <span class="fx push">
            {detail.actions.includes('readArchive') && <a class="btn sm" href={archiveAddress(detail.id)} download>{either('存档件', 'Archive copy')}</a>}
            <PrintButton instanceId={detail.id} />
            <button type="button" class="btn sm" aria-pressed={followed.value} onClick={() => void follow()}>{t(followed.value ? 'case.unfollow' : 'case.follow')}</button>
            <button type="button" class="btn sm" onClick={() => (words.value = 'comment')}>{t('case.comment')}</button>
            {detail.actions.includes('urge') && <button type="button" class="btn sm" onClick={() => (words.value = 'urge')}>{t('case.urge')}</button>}
            {detail.actions.includes('withdraw') && <button type="button" class="btn sm" onClick={() => (withdrawing.value = true)}>{t('withdraw')}</button>}
          </span>
        </div>
        <p class="s d2 facts">
          {detail.startedBy && <span>{t('case.started', { name: withoutSuffix(detail.startedBy.name), at: when(detail.startedAt, now.value) })}</span>}
          {detail.occurredAt && <span>{either(`补录，实际发生于 ${when(detail.occurredAt, now.value)}`, `Entered afterwards; happened ${when(detail.occurredAt, now.value)}`)}</span>}
          {detail.endedAt && <span>{t('case.ended', { at: when(detail.endedAt, now.value) })}</span>}
          <span>{detail.ending ?? t(`state.${detail.state}`)}</span>
          <span>{detail.institution?.name}</span>
        </p>
      </header>
      {withdrawing.value && <WithdrawDialog detail={detail} onClose={() => (withdrawing.value = false)} />}
      {words.value && <WordsDialog id={detail.id} kind={words.value} onClose={() => (words.value = null)} />}
      <Now detail={detail} />
      {detail.state === 'active' && <Next detail={detail} />}
      <Entered detail={detail} />
      <div class="tabs" role="tablist" aria-label={t('case.tabs')}>
        {FACES.filter((name) => name !== 'collaboration' || detail.collaborates).map((name) => (
          <button key={name} type="button" role="tab" id={`case-${name}`} aria-selected={face.value === name} aria-controls="case-face" onClick={() => (face.value = name)}>
            {name === 'collaboration' ? either('协作', 'Collaboration') : t(`task.${name}` as Key)}
          </button>
        ))}
      </div>
      <div id="case-face" role="tabpanel" aria-labelledby={`case-${face.value}`} class="case-body">
        {face.value === 'activity' && <Timeline instanceId={detail.id} full />}
        {face.value === 'diagram' && <Diagram instanceId={detail.id} />}
        {face.value === 'collaboration' && <Collaboration instanceId={detail.id} fetch={api.collaboration} href={opened} />}
        {detail.collaboration.length > 1 && face.value === 'activity' && <Parts detail={detail} />}
      </div>
    </Screen>
  )
}

function Now({ detail }: { detail: InstanceDetail }) {
  if (!['active', 'incident', 'suspended'].includes(detail.state)) return null
  return (
    <section aria-labelledby="case-now" class="now-block">
      <h2 class="small" id="case-now">{t('case.now')}</h2>
      {!detail.now.length && <p class="d2">{t('case.system.wait')}</p>}
      <ul>
        {detail.now.map((step) => (
          <li key={step.step + step.since} class="fx between">
            <span><b class="pen">{step.step}</b>　<Holder row={detail} step={step} />
              <span class="s d block">{t('mine.since.text', { time: when(step.since, now.value), span: span(now.value - Date.parse(step.since)) })}</span>
            </span>
            <TermMark task={{ dueAt: step.dueAt, createdAt: step.since, level: step.level }} wide />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What comes next, as far as it can be told. */
function Next({ detail }: { detail: InstanceDetail }) {
  const ahead = useResource(`${detail.id} ${detail.now.map(({ step, since }) => step + since).join()}`, (live) => api.forecastCase(detail.id, live))
  const steps = ahead.content.value?.next.slice(0, NEXT) ?? []
  if (!steps.length) return null
  return <section aria-labelledby="case-next" class="next-block"><h2 class="small" id="case-next">{t('case.next')}</h2><StepsAhead steps={steps} /></section>
}

function Parts({ detail }: { detail: InstanceDetail }) {
  return (
    <aside aria-labelledby="case-parts">
      <h2 class="small" id="case-parts">{t('case.collaboration')}</h2>
      <ul class="parts">
        {detail.collaboration.map(({ id, pool, institution, state }) => {
          const name = institution?.name ?? pool
          return (
            <li key={id}>
              <span>{id === detail.id ? <b aria-current="page">{name}</b> : <a href={`/cases/${id}`}>{name}</a>}<span class="s d block">{pool}</span></span>
              <span class="s d2">{t(`state.${state}`)}</span>
            </li>
          )
        })}
      </ul>
    </aside>
  )
}
