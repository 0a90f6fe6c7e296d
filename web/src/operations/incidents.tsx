/** Incidents: stops that a person must resolve, each with what happened and a way to try again. */
import { useSignal } from '@preact/signals'
import { incidents, retryIncident } from '../api/calls'
import { sentence } from '../api/problem'
import type { Incident } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { joined, t } from '../i18n'
import { OperationsList } from './list'

export function Incidents() {
  return (
    <>
      <OperationsList<Incident> name="incidents" fetch={incidents} caption="operations.incidents" empty={['operations.empty.incidents', 'operations.empty.incidents.hint']}
        heads={['operations.what', 'operations.where', 'operations.when', 'operations.state', 'operations.actions']}>
        {(incident, reload) => <Line key={incident.id} incident={incident} reload={reload} />}
      </OperationsList>
      <p class="s d2">{t('operations.retry.safe')}</p>
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
      say(t('operations.retried'))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  const { instance, process, retriesLeft } = incident
  return (
    <tr>
      <th scope="row">{incident.message}<span class="s d2 block mono">{incident.code}</span></th>
      <td>{incident.elementName ?? incident.element}<span class="s d block">{joined(process && `${process.name} v${process.version}`, instance?.number)}</span></td>
      <td class="nw d2">{when(incident.at, now.value)}</td>
      <td class="nw d2">{retriesLeft ? t('operations.retries', { n: retriesLeft }) : t('operations.retries.none')}</td>
      <td class="r">
        <button type="button" class="btn sm pri" aria-disabled={busy.value} onClick={() => void retry()}>{t('operations.retry')}</button>
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      </td>
    </tr>
  )
}
