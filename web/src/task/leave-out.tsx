/** Leaving a task with something half-typed on it: the person is told what will not be kept, and may go back to mend it. */
import type { Outcome } from '../api/types'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { complete, labelOf } from './act'
import type { Leaf } from './leaf'

export default function LeaveOutDialog({ leaf, outcome, onClose }: { leaf: Leaf; outcome: Outcome; onClose: () => void }) {
  const wrong = Object.entries(leaf.faults.value)
  const send = () => {
    leaf.faults.value = {}
    onClose()
    void complete(leaf, outcome, wrong.map(([path]) => path))
  }
  const footer = (
    <>
      <button type="button" class="btn" data-autofocus="" onClick={onClose}>{t('task.leave.back')}</button>
      <button type="button" class="btn no" onClick={send}>{t('task.leave.send', { outcome: labelOf(outcome) })}</button>
    </>
  )
  return (
    <Dialog title={t('task.leave.title', { outcome: labelOf(outcome) })} shape="sheet" onClose={onClose} footer={footer}>
      <p class="d2 lead">{t('task.leave.hint')}</p>
      <ul>{wrong.map(([path, words]) => <li key={path}>{words}</li>)}</ul>
    </Dialog>
  )
}
