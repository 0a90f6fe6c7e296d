/** On the phone a negative outcome asks for its reason from below, where the thumb is. */
import { useRef } from 'preact/hooks'
import type { Outcome } from '../api/types'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { labelOf } from './act'
import type { Leaf } from './leaf'

interface Props {
  leaf: Leaf
  outcome: Outcome
  onClose: () => void
  onSend: (outcome: Outcome) => Promise<void>
}

export function ReasonSheet({ leaf, outcome, onClose, onSend }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const error = leaf.opinionError.value
  const send = async () => {
    await onSend(outcome)
    if (leaf.opinionError.value) field.current?.focus()
  }
  const footer = (
    <button type="button" class="btn no tall grow" aria-disabled={leaf.acting.value !== null} onClick={() => void send()}>{labelOf(outcome)}</button>
  )
  return (
    <Dialog title={t('task.opinion.title', { outcome: labelOf(outcome) })} shape="sheet" onClose={onClose} footer={footer}>
      <div class="fld">
        <label for="reason">{t('task.opinion')}{outcome.opinionRequired && <span class="req">{t('form.required')}</span>}</label>
        <textarea class="in" id="reason" rows={4} ref={field} data-autofocus="" value={leaf.opinion.value} aria-invalid={Boolean(error)}
          aria-describedby={error ? 'reason-error' : undefined} onInput={(event) => (leaf.opinion.value = event.currentTarget.value)} />
        {error && <p class="err" id="reason-error" role="alert">{error}</p>}
      </div>
    </Dialog>
  )
}
