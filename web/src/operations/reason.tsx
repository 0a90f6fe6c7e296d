/** Asks an operator for a few words: a note that others will read, or the reason that the audit trail keeps. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { op } from '../i18n/operations'

interface Props {
  title: string
  hint: string
  /** What stands on the button: the effect, not "OK". */
  action: string
  label?: string
  initial?: string
  /** Whether the words may be empty. */
  optional?: boolean
  /** True for what cannot be undone. */
  final?: boolean
  /** Why it cannot be done as it stands; null when it can. */
  hindrance?: string | null
  /** What is chosen beside the words, and what would come of it. */
  children?: ComponentChildren
  onSend: (words: string) => Promise<void>
  onClose: () => void
}

export function ReasonDialog({ title, hint, action, label = op('reason'), initial = '', optional = false, final = false, hindrance = null, children, onSend, onClose }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const send = async () => {
    const words = field.current!.value.trim()
    error.value = hindrance ?? (words || optional ? '' : op('words.missing'))
    if (error.value) return hindrance === null ? field.current!.focus() : undefined
    if (busy.value) return
    busy.value = true
    try {
      await onSend(words)
      onClose()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  const footer = <button type="button" class={`btn ${final ? 'no' : 'pri'}`} aria-disabled={busy.value} onClick={() => void send()}>{action}</button>
  return (
    <Dialog title={title} shape="sheet" onClose={onClose} footer={footer}>
      <p class="d2 lead">{hint}</p>
      {children}
      <div class="fld">
        <label for="operator-words">{label}{!optional && <span class="req">{t('form.required')}</span>}</label>
        <textarea class="in" id="operator-words" rows={3} maxLength={500} ref={field} {...(children ? {} : { 'data-autofocus': '' })} defaultValue={initial}
          aria-invalid={Boolean(error.value)} aria-describedby={error.value ? 'operator-words-error' : undefined} />
        {error.value && <p class="err" id="operator-words-error" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
