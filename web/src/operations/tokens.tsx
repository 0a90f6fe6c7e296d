/** Where a case stands, token by token; each can be moved or taken away. */
import { useSignal } from '@preact/signals'
import type { OperatedCase, Token } from '../api/operated-types'
import { recalculate } from '../api/calls'
import { tokens } from '../api/operations'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { span, when } from '../clock/words'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { op, type OpKey } from '../i18n/operations'
import { Table } from './list'
import { MoveDialog } from './move'

const RecalculateDialog = lazy(() => import('../task/recalculate'))

const STATES: Record<string, OpKey> = { waiting: 'token.waiting', ready: 'token.ready', started: 'token.started', error: 'token.error' }

export function Tokens({ detail, changed }: { detail: OperatedCase; changed: () => void }) {
  const found = useResource(`tokens ${detail.id}`, () => tokens(detail.id))
  const moving = useSignal<{ token: Token; away: boolean } | null>(null)
  const asking = useSignal<Token | null>(null)
  const asked = asking.value
  const close = () => (moving.value = null)
  const askAnew = async ({ task, taskRevision }: Token, reason: string) => {
    try {
      await recalculate(task!, `"${taskRevision}"`, reason)
      say(t('recalculate.done'))
      changed()
    } catch (failure) {
      say(sentence(failure))
    }
  }
  if (found.error.value !== null && !found.content.value) return <Failed error={found.error.value} retry={() => void found.load()} />
  if (!found.content.value?.length) return null
  const movable = detail.state === 'active' || detail.state === 'incident'
  return (
    <>
      <Table caption={op('tokens')} heads={movable ? ['where', 'type', 'since', 'state', 'actions'] : ['where', 'type', 'since', 'state']}>
        {found.content.value.map((token) => (
          <tr key={token.key}>
            <th scope="row">{token.elementName ?? token.element}<span class="s d block mono">{token.element}</span></th>
            <td class="d2">{token.type}</td>
            <td class="nw">{when(token.enteredAt, now.value)}<span class="s d block">{span(now.value - Date.parse(token.enteredAt))}</span></td>
            <td class={token.state === 'error' ? 'hot' : 'd2'}>{STATES[token.state] ? op(STATES[token.state]!) : token.state}</td>
            {movable && (
              <td class="r">
                {token.task && <><button type="button" class="btn sm" onClick={() => (asking.value = token)}>{t('recalculate')}</button>{' '}</>}
                <button type="button" class="btn sm" onClick={() => (moving.value = { token, away: false })}>{op('move')}</button>{' '}
                <button type="button" class="btn sm" onClick={() => (moving.value = { token, away: true })}>{op('take-away')}</button>
              </td>
            )}
          </tr>
        ))}
      </Table>
      {asked && <RecalculateDialog task={asked.task!} onSend={(reason) => askAnew(asked, reason)} onClose={() => (asking.value = null)} />}
      {moving.value && <MoveDialog detail={detail} token={moving.value.token} away={moving.value.away} onDone={(words) => { say(words); changed() }} onClose={close} />}
    </>
  )
}
