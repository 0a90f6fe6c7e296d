/** What is done with one seat of a round: taking an added signer off, entering a vote or an absence on behalf. */
import { useSignal } from '@preact/signals'
import * as api from '../api/calls'
import type { SeatLine, Vote } from '../api/types'
import { Dialog } from '../frame/dialog'
import { t } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { labelOf, onSeat } from './act'
import type { Leaf } from './leaf'
import { Choices } from './motions'

/** How a seat ends whose holder has voted on the motions one by one. */
const CAST = '#cast'

interface Props {
  leaf: Leaf
  seat: SeatLine
  onClose: () => void
}

export function RemoveDialog({ leaf, seat, onClose }: Props) {
  const reason = useSignal('')
  const error = useSignal('')
  const name = withoutSuffix(seat.person ?? '')
  const send = () => {
    if (!reason.value.trim()) return void (error.value = t('seat.reason.missing'))
    onClose()
    void onSeat(leaf, () => api.removeSigner(seat, reason.value.trim()), t('round.removed', { name }))
  }
  return (
    <Dialog title={t('round.remove.title', { name })} shape="sheet" onClose={onClose} footer={<button type="button" class="btn no" onClick={send}>{t('round.remove')}</button>}>
      <Words id="remove-reason" label={t('seat.reason')} needed words={reason} error={error.value} />
    </Dialog>
  )
}

export function RecordDialog({ leaf, seat, absent, onClose }: Props & { absent: boolean }) {
  const { motions, votes } = leaf.detail.value!.round
  const asked = motions.filter(({ key }) => seat.motions.includes(key))
  const ballot = useSignal<{ [motion: string]: Vote }>({})
  const outcome = useSignal(motions.length ? CAST : '')
  const opinion = useSignal('')
  const evidence = useSignal('')
  const error = useSignal('')
  const name = withoutSuffix(seat.person ?? '')
  const send = () => {
    if (!absent && (!outcome.value || asked.some(({ key }) => !ballot.value[key]))) return void (error.value = t('round.record.choose'))
    if (!absent && !evidence.value.trim()) return void (error.value = t('round.record.evidence.missing'))
    onClose()
    const said = opinion.value.trim() || null
    const done = () => (absent ? api.recordAbsence(seat, said) : api.recordVote(seat, { outcome: outcome.value, votes: ballot.value, evidence: evidence.value.trim(), opinion: said }))
    void onSeat(leaf, done, t('round.recorded.done', { name }))
  }
  const title = t(absent ? 'round.absent.title' : 'round.record.title', { name })
  return (
    <Dialog title={title} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={send}>{t(absent ? 'round.absent' : 'round.record')}</button>}>
      {!absent && asked.map((motion) => (
        <div key={motion.key} class="fx resume">
          <span>{motion.title}</span>
          <Choices motion={motion} choices={votes.filter((vote) => vote !== 'adjourn')} chosen={ballot.value[motion.key]} onVote={(vote) => (ballot.value = { ...ballot.value, [motion.key]: vote })} />
        </div>
      ))}
      {!absent && !motions.length && (
        <fieldset class="people">
          <legend class="vh">{title}</legend>
          {leaf.detail.value!.outcomes.map((one) => (
            <label key={one.value} class={`opt${outcome.value === one.value ? ' on' : ''}`}>
              <input type="radio" name="outcome" onChange={() => (outcome.value = one.value)} />
              <b>{labelOf(one)}</b>
            </label>
          ))}
        </fieldset>
      )}
      {!absent && <Words id="record-evidence" label={t('round.record.evidence')} needed words={evidence} error="" />}
      <Words id="record-opinion" label={t(absent ? 'round.absent.opinion' : 'task.opinion')} words={opinion} error={error.value} />
    </Dialog>
  )
}

function Words({ id, label, needed, words, error }: { id: string; label: string; needed?: boolean; words: { value: string }; error: string }) {
  return (
    <div class="fld">
      <label for={id}>{label}{needed && <span class="req">{t('form.required')}</span>}</label>
      <textarea class="in" id={id} rows={2} maxLength={500} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
      {error && <p class="err" role="alert">{error}</p>}
    </div>
  )
}
