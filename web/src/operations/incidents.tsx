/** Incidents: stops that a person must resolve, each with what happened and a way to try again. */
import { useSignal } from '@preact/signals'
import { annotateIncident, incidents, resolveIncident, retryIncident } from '../api/calls'
import { sentence } from '../api/problem'
import type { Incident } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { op } from '../i18n/operations'
import { OperationsList } from './list'
import { WordsDialog } from './words'

export function Incidents() {
  return (
    <>
      <OperationsList<Incident> name="incidents" fetch={incidents} caption="incidents" empty={['empty.incidents', 'empty.incidents.hint']}
        heads={['what', 'where', 'when', 'state', 'actions']}>
        {(incident, reload) => <Line key={incident.id} incident={incident} reload={reload} />}
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
      <th scope="row">{incident.message}<span class="s d2 block mono">{incident.code}</span>
        {incident.note && <span class="s d2 block">{op('note.is', { note: incident.note })}</span>}
      </th>
      <td>{incident.elementName ?? incident.element}<span class="s d block">{joined(process && `${process.name} v${process.version}`, instance?.number)}</span></td>
      <td class="nw d2">{when(incident.at, now.value)}</td>
      <td class="nw d2">{retriesLeft ? op('retries', { n: retriesLeft }) : op('retries.none')}</td>
      <td class="r">
        <button type="button" class="btn sm pri" aria-disabled={busy.value} onClick={() => void retry()}>{op('retry')}</button>{' '}
        <button type="button" class="btn sm" onClick={() => (asking.value = 'note')}>{op('note')}</button>{' '}
        <button type="button" class="btn sm" onClick={() => (asking.value = 'resolve')}>{op('resolve')}</button>
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
        {asking.value === 'note' && (
          <WordsDialog title={op('note.title')} hint={op('note.hint')} label={op('note')} action={op('note.save')}
            initial={incident.note ?? ''} optional onSend={annotate} onClose={close} />
        )}
        {asking.value === 'resolve' && (
          <WordsDialog title={op('resolve.title')} hint={op('resolve.hint')} label={op('reason')} action={op('resolve')}
            onSend={resolve} onClose={close} />
        )}
      </td>
    </tr>
  )
}
