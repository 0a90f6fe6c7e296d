/** A few words on a case: a comment, or 催办 to everybody who has an open task of it. */
import { useSignal } from '@preact/signals'
import { comment, urge } from '../api/calls'
import { sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { giveHint } from '../live/hints'

export default function WordsDialog({ id, kind, onClose }: { id: string; kind: 'comment' | 'urge'; onClose: () => void }) {
  const text = useSignal('')
  const error = useSignal('')
  const send = async () => {
    if (kind === 'comment' && !text.value.trim()) return void (error.value = t('case.comment.missing'))
    try {
      await (kind === 'comment' ? comment(id, text.value.trim()) : urge(id, text.value.trim()))
      say(t(`case.${kind}.done`))
      giveHint('tasks')
      onClose()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <Dialog title={t(`case.${kind}`)} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={() => void send()}>{t(`case.${kind}`)}</button>}>
      <div class="fld">
        <label for="case-words">{t(`case.${kind}.words`)}</label>
        <textarea class="in" id="case-words" rows={3} maxLength={500} data-autofocus="" value={text.value} onInput={(event) => { text.value = event.currentTarget.value; error.value = '' }} />
        {error.value && <p class="err" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
