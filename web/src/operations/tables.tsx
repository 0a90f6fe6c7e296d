/** Jobs, dead messages and instances, as far as operations may see them. */
import { useSignal } from '@preact/signals'
import { allInstances, deadMessages, discardMessage, jobs, redeliverMessage } from '../api/calls'
import { sentence } from '../api/problem'
import type { Coded, DeadMessage, Job, OperatedInstance } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { joined, t } from '../i18n'
import { op } from '../i18n/operations'
import { OperationsList } from './list'
import { WordsDialog } from './words'

export function Jobs() {
  return (
    <OperationsList<Job> name="jobs" fetch={jobs} caption="jobs" empty={['empty.jobs', 'empty.jobs.hint']}
      heads={['kind', 'due', 'number', 'state']}>
      {(job) => (
        <tr key={job.id}>
          <th scope="row" class="mono">{job.kind}</th>
          <td class="nw">{when(job.dueAt, now.value)}</td>
          <td>{job.instance?.number}</td>
          <td class="d2">{joined(job.state, job.attempts > 0 && op('retries', { n: job.retries }))}{job.error && <span class="s block">{job.error}</span>}</td>
        </tr>
      )}
    </OperationsList>
  )
}

const named = (institution: Coded | null): string => institution?.name ?? ''

export function Messages() {
  return (
    <OperationsList<DeadMessage> name="messages" fetch={deadMessages} caption="messages" empty={['empty.messages', 'empty.messages.hint']}
      heads={['name', 'when', 'from', 'to', 'state', 'actions']}>
      {(message, reload) => <MessageLine key={message.id} message={message} reload={reload} />}
    </OperationsList>
  )
}

function MessageLine({ message, reload }: { message: DeadMessage; reload: () => void }) {
  const discarding = useSignal(false)
  const error = useSignal('')
  const again = async () => {
    try {
      await redeliverMessage(message.id)
      say(op('redelivered'))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  const discard = async (reason: string) => {
    await discardMessage(message.id, reason)
    say(op('discarded'))
    reload()
  }
  return (
    <tr>
      <th scope="row">{message.name}<span class="s d block mono">{message.businessKey}</span></th>
      <td class="nw">{when(message.sentAt, now.value)}</td>
      <td>{named(message.fromInstitution)}</td>
      <td>{named(message.toInstitution) || message.endpoint}</td>
      <td class="d2">{message.reason ?? message.state}</td>
      <td class="r">
        <button type="button" class="btn sm pri" onClick={() => void again()}>{op('redeliver')}</button>{' '}
        <button type="button" class="btn sm" onClick={() => (discarding.value = true)}>{op('discard')}</button>
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
        {discarding.value && (
          <WordsDialog title={op('discard.title')} hint={op('discard.hint')} label={op('reason')} action={op('discard')}
            onSend={discard} onClose={() => (discarding.value = false)} />
        )}
      </td>
    </tr>
  )
}

export function Instances() {
  return (
    <>
      <p class="s d2">{op('privacy')}</p>
      <OperationsList<OperatedInstance> name="instances" fetch={allInstances} caption="instances" empty={['empty.instances', 'empty.instances.hint']}
        heads={['number', 'process', 'institution', 'when', 'state']}>
        {(row) => (
          <tr key={row.id}>
            <th scope="row">{row.number ?? row.key}</th>
            <td>{row.process.name} v{row.process.version}</td>
            <td>{named(row.institution)}</td>
            <td class="nw">{when(row.startedAt, now.value)}</td>
            <td class={row.state === 'incident' ? 'hot' : 'd2'}>{t(`state.${row.state}`)}</td>
          </tr>
        )}
      </OperationsList>
    </>
  )
}
