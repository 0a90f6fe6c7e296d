/** 撤回: whoever has started a case takes it back, to revise it or for good. */
import { useSignal } from '@preact/signals'
import { withdraw } from '../api/calls'
import { Problem, sentence } from '../api/problem'
import type { InstanceDetail } from '../api/types'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { giveHint } from '../live/hints'

type Mode = 'revise' | 'void'

export default function WithdrawDialog({ detail, onClose }: { detail: InstanceDetail; onClose: () => void }) {
  const mode = useSignal<Mode>('revise')
  const reason = useSignal('')
  const error = useSignal('')
  const confirmed = useSignal(false)
  const asks = useSignal('')
  const sending = useSignal(false)
  const send = async () => {
    if (sending.value) return
    if (!reason.value.trim()) return void (error.value = t('withdraw.missing'))
    sending.value = true
    try {
      await withdraw(detail.id, { mode: mode.value, reason: reason.value.trim(), confirmed: confirmed.value })
      say(t(mode.value === 'void' ? 'withdraw.done.void' : 'withdraw.done.revise'))
      giveHint('tasks')
      onClose()
    } catch (failure) {
      error.value = sentence(failure)
      if (failure instanceof Problem && failure.code === 'withdraw-effects') asks.value = error.value
    }
    sending.value = false
  }
  const footer = (
    <>
      <button type="button" class="btn push" onClick={onClose}>{t('frame.cancel')}</button>
      <button type="button" class={`btn ${mode.value === 'void' ? 'no' : 'pri'}`} onClick={() => void send()}>{t(`withdraw.${mode.value}`)}</button>
    </>
  )
  return (
    <Dialog title={t('withdraw.title')} shape="sheet" onClose={onClose} footer={footer}>
      <fieldset class="people">
        <legend class="vh">{t('withdraw.title')}</legend>
        {(['revise', 'void'] as const).map((one) => (
          <label key={one} class={`opt${mode.value === one ? ' on' : ''}`}>
            <input type="radio" name="mode" checked={mode.value === one} onChange={() => (mode.value = one)} />
            <b>{t(`withdraw.${one}`)}</b>
            <span class="s d2">{t(`withdraw.${one}.hint`)}</span>
          </label>
        ))}
      </fieldset>
      {asks.value && mode.value === 'revise' && (
        <label class="note soon fx agree">
          <input type="checkbox" checked={confirmed.value} onChange={(event) => (confirmed.value = event.currentTarget.checked)} />
          <span>{asks.value}</span>
        </label>
      )}
      <div class="fld">
        <label for="withdraw-reason">{t('withdraw.reason')}<span class="req">{t('form.required')}</span></label>
        <textarea class="in" id="withdraw-reason" rows={3} maxLength={500} data-autofocus="" value={reason.value} aria-invalid={Boolean(error.value)}
          onInput={(event) => { reason.value = event.currentTarget.value; error.value = '' }} />
        {error.value && <p class="err" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
