/** One's own channels, which a test message goes over: chosen, addressed and ordered here. */
import { useSignal } from '@preact/signals'
import { CHANNELS, notificationSettings, putNotificationSettings, type Channel, type NotificationSettings } from '../api/notification-settings'
import { particular } from '../api/problem'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { admin } from '../i18n/administration'

export function MyChannels({ reload }: { reload: () => void }) {
  const found = useResource('my channels', notificationSettings)
  if (!found.content.value) return null
  return <Form settings={found.content.value} reload={reload} />
}

function Form({ settings, reload }: { settings: NotificationSettings; reload: () => void }) {
  const chosen = useSignal(settings.channels)
  const error = useSignal('')
  const entry = (channel: Channel) => chosen.value.find((candidate) => candidate.channel === channel)
  const toggle = (channel: Channel, on: boolean) =>
    void (chosen.value = on ? [...chosen.value, { channel, address: null }] : chosen.value.filter((candidate) => candidate.channel !== channel))
  const address = (channel: Channel, text: string) =>
    void (chosen.value = chosen.value.map((candidate) => (candidate.channel === channel ? { channel, address: text.trim() || null } : candidate)))
  const send = async () => {
    error.value = ''
    try {
      await putNotificationSettings({ ...settings, channels: chosen.value })
      say(admin('mine.saved'))
      reload()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  return (
    <details>
      <summary>{admin('mine')}</summary>
      <p class="s d2">{admin('mine.hint')}</p>
      <ul class="my-channels">
        {CHANNELS.map((channel) => (
          <li key={channel} class="fx">
            <label><input type="checkbox" checked={Boolean(entry(channel))} onChange={(event) => toggle(channel, event.currentTarget.checked)} />{admin(`channel.${channel}`)}</label>
            {entry(channel) && <input class="in narrow" aria-label={admin('mine.address', { channel: admin(`channel.${channel}`) })} placeholder={admin(channel === 'mail' ? 'mine.mail' : 'mine.mention')}
              value={entry(channel)!.address ?? ''} onInput={(event) => address(channel, event.currentTarget.value)} />}
            {entry(channel) && <span class="s d">{admin('mine.order', { n: chosen.value.findIndex((candidate) => candidate.channel === channel) + 1 })}</span>}
          </li>
        ))}
      </ul>
      <button type="button" class="btn sm" onClick={() => void send()}>{admin('mine.save')}</button>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </details>
  )
}
