/** Incidents: stops that a person must resolve, by cause and one by one, each with what happened and a way to try again. */
import { useSignal } from '@preact/signals'
import type { Cause, Incident } from '../api/operated-types'
import { annotateIncident, causes, incidents, resolveIncident, retryCause, retryIncident, type IncidentQuery } from '../api/operations'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { causeOf, op } from '../i18n/operations'
import { OperationsList, Table } from './list'
import { ReasonDialog } from './reason'

export function Incidents() {
  const found = useResource('causes', causes)
  const chosen = useSignal<Cause | null>(null)
  const serial = useSignal(0)
  const reload = () => {
    serial.value++
    void found.load()
  }
  const all = found.content.value?.items ?? []
  const open = chosen.value && all.find((cause) => same(cause, chosen.value!))
  return (
    <>
      {all.length > 0 && <Causes causes={all} chosen={open ?? null} choose={(cause) => (chosen.value = cause)} reload={reload} />}
      {open && <p class="fx"><b>{nameOf(open)}</b><button type="button" class="btn q sm" onClick={() => (chosen.value = null)}>{op('causes.all')}</button></p>}
      <IncidentList about={open ? { code: open.code, ...(open.element ? { element: open.element } : {}), ...(open.processKey ? { process: open.processKey } : {}) } : {}}
        serial={serial.value} changed={reload} />
    </>
  )
}

const same = (one: Cause, other: Cause): boolean =>
  one.code === other.code && one.element === other.element && one.processKey === other.processKey
const nameOf = ({ code, processName, element, elementName }: Cause): string => joined(causeOf(code), processName, elementName ?? element)

function Causes({ causes: all, chosen, choose, reload }: { causes: Cause[]; chosen: Cause | null; choose: (cause: Cause | null) => void; reload: () => void }) {
  return (
    <section class="st">
      <h2 class="small">{op('causes', { n: all.reduce((sum, { incidents: number }) => sum + number, 0) })}</h2>
      <Table caption={op('causes.caption')} heads={['cause', 'number.of', 'oldest', 'actions']}>
        {all.map((cause) => <CauseLine key={`${cause.code} ${cause.processKey} ${cause.element}`} cause={cause} chosen={chosen !== null && same(cause, chosen)} choose={choose} reload={reload} />)}
      </Table>
    </section>
  )
}

function CauseLine({ cause, chosen, choose, reload }: { cause: Cause; chosen: boolean; choose: (cause: Cause | null) => void; reload: () => void }) {
  const busy = useSignal(false)
  const error = useSignal('')
  const retry = async () => {
    if (busy.value) return
    busy.value = true
    try {
      const { incidents: number } = await retryCause(cause)
      say(op('retried.all', { n: number }))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  return (
    <tr class={chosen ? 'sel' : ''}>
      <th scope="row">{causeOf(cause.code)}<span class="s d2 block plain">{joined(cause.processName, cause.elementName ?? cause.element)}</span></th>
      <td class="r"><b>{cause.incidents}</b></td>
      <td class="nw d2">{when(cause.firstAt, now.value)}</td>
      <td class="r">
        <button type="button" class="btn sm pri" aria-disabled={busy.value} onClick={() => void retry()}>{op('retry.all')}</button>{' '}
        <button type="button" class="btn sm" aria-pressed={chosen} onClick={() => choose(chosen ? null : cause)}>{op('causes.show')}</button>
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      </td>
    </tr>
  )
}

/** The incidents of everything, of one cause or of one case. A new `serial` fetches them again. */
export function IncidentList({ about, serial, changed }: { about: IncidentQuery; serial: number; changed: () => void }) {
  return (
    <>
      <OperationsList<Incident> name={`incidents ${JSON.stringify(about)} ${serial}`} fetch={(cursor) => incidents(cursor, about)} caption="incidents"
        empty={['empty.incidents', 'empty.incidents.hint']} heads={['what', 'where', 'when', 'state', 'actions']}>
        {(incident) => <Line key={incident.id} incident={incident} reload={changed} />}
      </OperationsList>
      <p class="s d2">{op('retry.safe')}</p>
    </>
  )
}

function Line({ incident, reload }: { incident: Incident; reload: () => void }) {
  const busy = useSignal(false)
  const error = useSignal('')
  const retry = async () => {
    if (busy.value) return
    busy.value = true
    try {
      await retryIncident(incident.id)
      say(op('retried'))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  const asking = useSignal<'note' | 'resolve' | null>(null)
  const close = () => (asking.value = null)
  const annotate = async (note: string) => {
    await annotateIncident(incident.id, note)
    reload()
  }
  const resolve = async (reason: string) => {
    await resolveIncident(incident.id, reason)
    say(op('resolved'))
    reload()
  }
  const { instance, process, retriesLeft } = incident
  return (
    <tr>
      <th scope="row">{causeOf(incident.code)}<span class="s d2 block plain">{incident.message}</span>
        {incident.note && <span class="s d2 block">{op('note.is', { note: incident.note })}</span>}
      </th>
      <td>{incident.elementName ?? incident.element}
        <span class="s d block">{process && `${process.name} v${process.version} `}{instance && <a href={`/operations/instances/${instance.id}`}>{instance.number ?? op('case.unnumbered')}</a>}</span>
      </td>
      <td class="nw d2">{when(incident.at, now.value)}</td>
      <td class="nw d2">{retriesLeft ? op('retries', { n: retriesLeft }) : op('retries.none')}</td>
      <td class="r">
        <button type="button" class="btn sm pri" aria-disabled={busy.value} onClick={() => void retry()}>{op('retry')}</button>{' '}
        <button type="button" class="btn sm" onClick={() => (asking.value = 'note')}>{op('note')}</button>{' '}
        <button type="button" class="btn sm" onClick={() => (asking.value = 'resolve')}>{op('resolve')}</button>
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
        {asking.value === 'note' && (
          <ReasonDialog title={op('note.title')} hint={op('note.hint')} label={op('note')} action={op('note.save')} initial={incident.note ?? ''} optional
            onSend={annotate} onClose={close} />
        )}
        {asking.value === 'resolve' && <ReasonDialog title={op('resolve.title')} hint={op('resolve.hint')} action={op('resolve')} onSend={resolve} onClose={close} />}
      </td>
    </tr>
  )
}
