/** How people are told beside the inbox: which channels there are, whether they work, the last messages, and a message to try one. */
import { useSignal } from '@preact/signals'
import { channels, deliveries, tryChannel, type ChannelState, type Delivery } from '../api/administration'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { admin, type AdminKey } from '../i18n/administration'
import { Listing } from './listing'
import { MyChannels } from './my-channels'

const STATES = ['pending', 'sending', 'sent', 'confirmed', 'failed', 'dropped'] as const

export default function ChannelsPage() {
  const found = useResource('channels', channels)
  const serial = useSignal(0)
  const state = useSignal('')
  if (found.error.value !== null && !found.content.value) return <Failed error={found.error.value} retry={() => void found.load()} />
  if (!found.content.value) return null
  const reload = () => {
    serial.value++
    void found.load()
  }
  return (
    <>
      <p class="d2">{admin('channels.hint')}</p>
      <Listing caption={admin('channels')} heads={['channel', 'channels.state', 'channels.month', 'channels.last', 'actions']}>
        {found.content.value.map((row) => <Line key={row.channel} row={row} reload={reload} />)}
      </Listing>
      <MyChannels reload={reload} />
      <section class="st">
        <div class="fx"><h2 class="small">{admin('deliveries')}</h2>
          <select class="in narrow" aria-label={admin('channels.state')} value={state.value} onChange={(event) => (state.value = event.currentTarget.value)}>
            <option value="">{admin('all')}</option>
            {STATES.map((name) => <option key={name} value={name}>{admin(`delivery.${name}`)}</option>)}
          </select>
          <button type="button" class="btn sm" onClick={reload}>{admin('refresh')}</button>
        </div>
        <Deliveries key={`${state.value} ${serial.value}`} state={state.value} />
      </section>
    </>
  )
}

const nameOf = (channel: string): string => admin(`channel.${channel}` as AdminKey)

function Line({ row, reload }: { row: ChannelState; reload: () => void }) {
  const error = useSignal('')
  const attempt = async () => {
    error.value = ''
    try {
      await tryChannel(row.channel)
      say(admin('channels.tried', { channel: nameOf(row.channel) }))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <tr>
      <th scope="row">{nameOf(row.channel)}</th>
      <td class={row.configured ? 'nw' : 'nw d2'}>{admin(row.configured ? 'channels.configured' : 'channels.unconfigured')}</td>
      <td class="nw">{joined(admin('channels.sent', { sent: row.sent, confirmed: row.confirmed }), row.waiting > 0 && admin('channels.waiting', { n: row.waiting }))}
        {row.failed > 0 && <span class="hot block">{admin('channels.failed', { n: row.failed })}</span>}</td>
      <td class="d2">{row.lastSentAt && when(row.lastSentAt, now.value)}{row.lastError && <span class="s block">{row.lastError}</span>}</td>
      <td class="r">
        {row.configured && <button type="button" class="btn sm" onClick={() => void attempt()}>{admin('channels.try')}</button>}
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      </td>
    </tr>
  )
}

function Deliveries({ state }: { state: string }) {
  const cursor = useSignal<string | null>(null)
  const rows = useSignal<Delivery[]>([])
  const first = useResource(`deliveries ${state}`, async () => {
    const page = await deliveries(null, state)
    rows.value = page.items
    cursor.value = page.nextCursor
    return page
  })
  const more = async () => {
    const page = await deliveries(cursor.value, state)
    rows.value = [...rows.value, ...page.items]
    cursor.value = page.nextCursor
  }
  if (first.error.value !== null) return <Failed error={first.error.value} retry={() => void first.load()} />
  if (first.content.value && !rows.value.length) return <p class="d2">{admin('deliveries.none')}</p>
  return (
    <>
      <Listing caption={admin('deliveries')} heads={['person', 'channel', 'kind', 'channels.state', 'when']}>
        {rows.value.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.person}</th>
            <td>{nameOf(row.channel)}</td>
            <td class="d2">{row.kind}</td>
            <td class={row.state === 'failed' ? 'hot' : ''}>{admin(`delivery.${row.state}`)}<span class="s d2 block">{row.error ?? row.receipt}</span></td>
            <td class="nw d2">{when(row.confirmedAt ?? row.sentAt ?? row.madeAt, now.value)}{row.attempts > 1 && <span class="s block">{admin('deliveries.attempts', { n: row.attempts })}</span>}</td>
          </tr>
        ))}
      </Listing>
      {cursor.value && <button type="button" class="btn sm more" onClick={() => void more()}>{admin('more')}</button>}
    </>
  )
}
