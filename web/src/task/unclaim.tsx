/** Giving a claimed task back to those it was offered to. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { unclaim } from './act'
import type { Leaf } from './leaf'

export default function UnclaimDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const error = useSignal('')
  const send = () => {
    const reason = field.current!.value.trim()
    error.value = reason ? '' : t('task.unclaim.missing')
    if (!reason) return field.current!.focus()
    onClose()
    void unclaim(leaf, reason)
  }
  return (
    <Dialog title={t('task.unclaim.title')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={send}>{t('task.unclaim')}</button>}>
      <p class="d2 lead">{t('task.unclaim.hint')}</p>
      <div class="fld">
        <label for="unclaim-reason">{t('task.unclaim.reason')}<span class="req">{t('form.required')}</span></label>
        <textarea class="in" id="unclaim-reason" rows={3} ref={field} data-autofocus="" aria-invalid={Boolean(error.value)}
          aria-describedby={error.value ? 'unclaim-error' : undefined} />
        {error.value && <p class="err" id="unclaim-error" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
