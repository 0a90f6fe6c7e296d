/** An administrator has the people of an open task found anew: who comes, goes and stays, before he says why and does it. */
import { useSignal } from '@preact/signals'
import { recalculation } from '../api/calls'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'

const PARTS = ['joining', 'leaving', 'staying'] as const

interface Props {
  /** Any open task of the round. */
  task: string
  onSend: (reason: string) => Promise<void>
  onClose: () => void
}

export default function RecalculateDialog({ task, onSend, onClose }: Props) {
  const plan = useResource(task, () => recalculation(task))
  const reason = useSignal('')
  const error = useSignal('')
  const found = plan.content.value
  const changes = found !== null && found.joining.length + found.leaving.length > 0
  const send = () => {
    if (!reason.value.trim()) return void (error.value = t('recalculate.missing'))
    onClose()
    void onSend(reason.value.trim())
  }
  const button = changes && <button type="button" class="btn pri" onClick={send}>{t('recalculate')}</button>
  return (
    <Dialog title={t('recalculate')} shape="sheet" onClose={onClose} footer={button}>
      {plan.error.value !== null && <Failed error={plan.error.value} retry={() => void plan.load()} />}
      <div class="lead">
        {found !== null && PARTS.map((part) => found[part].length > 0 && <p key={part}>{t(`recalculate.${part}` as Key, { names: found[part].map(withoutSuffix).join(t('comma.items')) })}</p>)}
      </div>
      {found !== null && !changes && <p class="d2">{t('recalculate.same')}</p>}
      {changes && (
        <div class="fld">
          <label for="recalculate-reason">{t('recalculate.reason')}<span class="req">{t('form.required')}</span></label>
          <textarea class="in" id="recalculate-reason" rows={3} data-autofocus="" value={reason.value} onInput={(event) => {
            reason.value = event.currentTarget.value
            error.value = ''
          }} />
          {error.value && <p class="err" role="alert">{error.value}</p>}
        </div>
      )}
    </Dialog>
  )
}
