/** Messages between institutions: the dead-message desk, and those that still wait for somebody. */
import { useSignal } from '@preact/signals'
import type { DeadMessage } from '../api/operated-types'
import { discardMessage, messages, redeliverMessage } from '../api/operations'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { op, type OpKey } from '../i18n/operations'
import { OperationsList } from './list'
import { ReasonDialog } from './reason'

const STATES = ['dead', 'waiting', 'discarded'] as const
const REASONS: Record<string, OpKey> = {
  expired: 'dead.expired', 'not-a-member': 'dead.not-a-member', 'already-started': 'dead.already-started', 'case-ended': 'dead.case-ended',
}

export function Messages() {
  const state = useSignal<(typeof STATES)[number]>('dead')
  return (
    <>
      <label class="fx s d2">{op('state')}
        <select class="in narrow" value={state.value} onChange={(event) => (state.value = event.currentTarget.value as typeof state.value)}>
          {STATES.map((name) => <option key={name} value={name}>{op(`messages.${name}`)}</option>)}
        </select>
      </label>
      <OperationsList<DeadMessage> name={`messages ${state.value}`} fetch={(cursor) => messages(cursor, state.value)} caption="messages"
        empty={state.value === 'dead' ? ['empty.messages', 'empty.messages.hint'] : ['empty.messages.other', 'empty.messages.hint']}
        heads={['name', 'when', 'from', 'to', 'state', 'actions']}>
        {(message, reload) => <Line key={message.id} message={message} reload={reload} />}
      </OperationsList>
    </>
  )
}

function Line({ message, reload }: { message: DeadMessage; reload: () => void }) {
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
  const known = message.reason === null ? undefined : REASONS[message.reason]
  return (
    <tr>
      <th scope="row">{message.name}<span class="s d block mono">{message.businessKey}</span></th>
      <td class="nw">{when(message.sentAt, now.value)}</td>
      <td>{message.fromInstitution?.name}</td>
      <td>{message.toInstitution?.name ?? message.endpoint}</td>
      <td class="d2">{known ? op(known) : message.reason}{message.state === 'waiting' && <span class="s block">{op('expires', { at: when(message.expiresAt, now.value) })}</span>}</td>
      <td class="r">
        {message.state === 'dead' && <button type="button" class="btn sm pri" onClick={() => void again()}>{op('redeliver')}</button>}{' '}
        {message.state !== 'discarded' && <button type="button" class="btn sm" onClick={() => (discarding.value = true)}>{op('discard')}</button>}
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
        {discarding.value && (
          <ReasonDialog title={op('discard.title')} hint={op('discard.hint')} action={op('discard')} final onSend={discard} onClose={() => (discarding.value = false)} />
        )}
      </td>
    </tr>
  )
}
