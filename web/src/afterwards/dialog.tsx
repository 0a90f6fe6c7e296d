/** Asks when it really happened and why it is entered only now. The server says where the time cannot be. */
import { useSignal } from '@preact/signals'
import { particular } from '../api/problem'
import type { Afterwards } from '../api/types'
import { Dialog } from '../frame/dialog'
import { fromLocal, toLocal } from '../form/moment'
import { either, t } from '../i18n'

interface Props {
  title: string
  action: string
  start: Afterwards | null
  onSend: (entered: Afterwards) => Promise<void> | void
  onClose: () => void
}

export default function AfterwardsDialog({ title, action, start, onSend, onClose }: Props) {
  const at = useSignal(start ? toLocal('datetime', start.occurredAt) : '')
  const reason = useSignal(start?.reason ?? '')
  const error = useSignal('')
  const busy = useSignal(false)
  const send = async () => {
    const occurredAt = fromLocal('datetime', at.value)
    error.value = wrong(occurredAt, reason.value)
    if (error.value || busy.value) return
    busy.value = true
    try {
      await onSend({ occurredAt: occurredAt!, reason: reason.value.trim() })
      onClose()
    } catch (failure) {
      error.value = particular(failure)
    }
    busy.value = false
  }
  const footer = <button type="button" class="btn pri" aria-disabled={busy.value} onClick={() => void send()}>{action}</button>
  return (
    <Dialog title={title} shape="sheet" onClose={onClose} footer={footer}>
      <p class="d2 lead">{either('先在纸上办的事情，停电、断网或对方没有系统时，事后在这里登记。发生时间和登记时间都会写明，期限从登记时算起。', 'For what was done on paper, while the power or the network was off or for who has no system. Both times are kept; terms run from now.')}</p>
      <div class="st">
        <div class="fld">
          <label for="occurred">{either('实际发生时间', 'When it happened')}<span class="req">{t('form.required')}</span></label>
          <input class="in" id="occurred" type="datetime-local" data-autofocus="" value={at.value} onInput={(event) => (at.value = event.currentTarget.value)} />
        </div>
        <div class="fld">
          <label for="occurred-reason">{either('为什么补录', 'Why only now')}<span class="req">{t('form.required')}</span></label>
          <textarea class="in" id="occurred-reason" rows={2} maxLength={500} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        </div>
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}

function wrong(occurredAt: string | null, reason: string): string {
  if (!occurredAt) return either('填上实际发生的时间。', 'Say when it happened.')
  if (Date.parse(occurredAt) >= Date.now()) return either('实际发生时间要早于现在。', 'It must have happened before now.')
  return reason.trim() ? '' : either('写明为什么补录。', 'Say why it is entered afterwards.')
}
