/** Giving a claimed task back to those it was offered to. */
import { useRef } from 'preact/hooks'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { unclaim } from './act'
import type { Leaf } from './leaf'

export function UnclaimDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const send = () => {
    const reason = field.current!.value.trim()
    onClose()
    void unclaim(leaf, reason)
  }
  return (
    <Dialog title={t('task.unclaim.title')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={send}>{t('task.unclaim')}</button>}>
      <p class="d2 lead">{t('task.unclaim.hint')}</p>
      <div class="fld">
        <label for="unclaim-reason">{t('task.unclaim.reason')}</label>
        <textarea class="in" id="unclaim-reason" rows={3} ref={field} data-autofocus="" />
      </div>
    </Dialog>
  )
}
