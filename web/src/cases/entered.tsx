/** 代录: who enters for institutions without a system does it where the case waits; the letters lie here for whoever sees the case. */
import { useSignal } from '@preact/signals'
import { awaited, enterMessage, letterAddress } from '../api/proxy'
import type { InstanceDetail } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { Icon } from '../frame/icon'
import { useResource } from '../frame/resource'
import { either, joined } from '../i18n'
import { sizeWords } from '../task/uploads'
import EnterDialog from './enter-message'

export default function Entered({ detail }: { detail: InstanceDetail }) {
  const found = useResource(`${detail.id} ${detail.state} ${detail.now.map(({ step, since }) => step + since).join()}`, (live) => awaited(detail.id, live))
  const entering = useSignal(false)
  const known = found.content.value
  if (!known) return null
  const enters = known.messages.length > 0 && known.institutions.length > 0
  if (!enters && !known.letters.length) return null
  return (
    <section aria-labelledby="case-letters" class="next-block">
      <h2 class="small" id="case-letters">{either('来函', 'Letters')}</h2>
      {known.letters.length > 0 && (
        <ul class="files">
          {known.letters.map(({ id, name, type, size, institution, occurredAt }) => (
            <li key={id} class="file">
              <Icon name={type.startsWith('image/') ? 'image' : 'doc'} />
              <a class="link name" href={letterAddress(detail.id, id)} download={name}>{name}</a>
              <span class="s d nw">{joined(institution, when(occurredAt, now.value), sizeWords(size))}</span>
            </li>
          ))}
        </ul>
      )}
      {enters && <button type="button" class="btn sm" aria-haspopup="dialog" onClick={() => (entering.value = true)}>{either('代录消息', 'Enter a message')}</button>}
      {entering.value && (
        <EnterDialog title={either('代录消息', 'Enter a message')}
          lead={either('替没有信息系统的机构登记它的来函、传真或电话。发生时间和登记时间都写进案件，登记后案件马上往下走。', 'For an institution without a system: its letter, fax or call. Both times are kept, and the case goes on at once.')}
          messages={known.messages.map(({ key, step, name, correlation, values }) => ({
            key, values, needed: [], words: step === name ? step : `${step}（${name}）`, known: Object.entries(correlation).map(([of, value]) => `${of} ${String(value)}`).join('，'),
          }))}
          institutions={known.institutions} receivers={[]} enter={(entry) => enterMessage(detail.id, entry)} onDone={() => void found.load()} onClose={() => (entering.value = false)} />
      )}
    </section>
  )
}
