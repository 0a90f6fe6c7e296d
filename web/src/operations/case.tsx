/** One case for an operator: where its tokens stand, drawn and listed, its masked variables, what stopped, and what can be done. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { OperatedCase } from '../api/operated-types'
import { operatedCase, operatedCollaboration, operatedDiagram } from '../api/operations'
import { Problem } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { giveHint, onHint } from '../live/hints'
import { CaseActs } from './acts'
import { IncidentList } from './incidents'
import { Jobs } from './jobs'
import { Tokens } from './tokens'
import { Variables } from './variables'

const Diagram = lazy(() => import('../diagram/diagram'))
const Collaboration = lazy(() => import('../collaboration/collaboration'))
const FACES = ['where', 'collaboration', 'variables', 'incidents', 'jobs'] as const
const opened = (id: string): string => `/operations/instances/${id}`

export function OperatedCasePage({ id }: { id: string }) {
  const found = useResource(id, (live) => operatedCase(id, live))
  useEffect(() => onHint((hint) => void (hint === 'tasks' && found.load())), [found])
  const detail = found.content.value
  if (detail) return <Case detail={detail} />
  if (found.error.value === null) return null
  const gone = found.error.value instanceof Problem && found.error.value.status === 404
  if (gone) return <Empty title={t('task.gone')}><a class="btn" href="/operations/instances">{op('instances')}</a></Empty>
  return <Failed error={found.error.value} retry={() => void found.load()} />
}

function Case({ detail }: { detail: OperatedCase }) {
  const face = useSignal<(typeof FACES)[number]>(detail.incidents ? 'incidents' : 'where')
  const serial = useSignal(0)
  // Every face reads anew; the drawing listens for the hint.
  const changed = () => {
    serial.value++
    giveHint('tasks')
  }
  const version = `${detail.revision} ${serial.value}`
  return (
    <article class="case">
      <header class="case-head">
        <div class="fx"><h2>{detail.number ?? detail.key}</h2><span class="d2">{detail.process.name} v{detail.process.version}</span>
          <span class={detail.state === 'incident' ? 'hot' : 'tag'}>{t(`state.${detail.state}`)}</span></div>
        <p class="s d2 facts">
          <span>{detail.institution?.name}</span>
          <span>{op('case.started', { at: when(detail.startedAt, now.value) })}</span>
          {detail.endedAt && <span>{t('case.ended', { at: when(detail.endedAt, now.value) })}</span>}
          {detail.migratedFrom !== null && <span>{op('case.migrated', { version: detail.migratedFrom })}</span>}
        </p>
      </header>
      <CaseActs detail={detail} changed={changed} />
      {detail.collaboration.length > 1 && <Pools detail={detail} />}
      <div class="tabs" role="tablist" aria-label={t('case.tabs')}>
        {FACES.filter((name) => name !== 'collaboration' || detail.collaborates).map((name) => (
          <button key={name} type="button" role="tab" id={`case-${name}`} aria-selected={face.value === name} aria-controls="case-face" onClick={() => (face.value = name)}>
            {op(`face.${name}`)}{name === 'incidents' && detail.incidents > 0 && <span class="n over">{detail.incidents}</span>}
          </button>
        ))}
      </div>
      <div id="case-face" role="tabpanel" aria-labelledby={`case-${face.value}`} class="st">
        {face.value === 'where' && <><Diagram instanceId={detail.id} fetch={operatedDiagram} /><Tokens key={version} detail={detail} changed={changed} /></>}
        {face.value === 'collaboration' && <Collaboration instanceId={detail.id} fetch={operatedCollaboration} href={opened} />}
        {face.value === 'variables' && <Variables key={version} detail={detail} changed={changed} />}
        {face.value === 'incidents' && <IncidentList about={{ instance: detail.id }} serial={serial.value + detail.revision} changed={changed} />}
        {face.value === 'jobs' && <Jobs key={version} instance={detail.id} />}
      </div>
    </article>
  )
}

/** The other instances of the collaboration: the case goes on there as well. */
function Pools({ detail }: { detail: OperatedCase }) {
  return (
    <ul class="pools" aria-label={t('case.collaboration')}>
      {detail.collaboration.map(({ id, pool, institution, state }) => (
        <li key={id}>
          {id === detail.id ? <b aria-current="page">{institution?.name ?? pool}</b> : <a href={`/operations/instances/${id}`}>{institution?.name ?? pool}</a>}
          <span class="s d"> {pool} · {t(`state.${state}`)}</span>
        </li>
      ))}
    </ul>
  )
}
