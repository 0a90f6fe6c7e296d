/** Bringing other people in: hand the task on, ask for advice, add signers, send copies. The button names who it is. */
import { useSignal } from '@preact/signals'
import * as api from '../api/calls'
import type { Handing, Outcome, Reassignee } from '../api/types'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { complete, labelOf, missing, onSeat } from './act'
import { focusField } from './content'
import type { Leaf } from './leaf'
import { matching } from './people'

type Joint = 'all' | 'any' | 'order'
const ONE: Handing[] = ['transfer', 'delegate']
const SILENT: Handing[] = ['copy', 'circulate']

export default function HandDialog({ leaf, operation, onClose }: { leaf: Leaf; operation: Handing; onClose: () => void }) {
  const people = useResource(leaf.id, () => api.reassignees(leaf.id))
  const chosen = useSignal<Reassignee[]>([])
  const search = useSignal('')
  const reason = useSignal('')
  const joint = useSignal<Joint>('all')
  const after = operation === 'add-after'
  const outcomes = after ? leaf.detail.value!.outcomes : []
  const outcome = useSignal<Outcome | undefined>(outcomes.find(({ kind }) => kind === 'primary') ?? outcomes[0])
  // Whoever is heard after a vote decides with it, unless it is said that he only advises; a vote of many cannot be bound.
  const binds = useSignal(after && leaf.detail.value!.round.mode !== 'vote')
  const error = useSignal('')
  const one = ONE.includes(operation)
  const silent = after || SILENT.includes(operation)
  const found = matching(people.content.value ?? [], search.value)
  const toggle = (person: Reassignee) => {
    error.value = ''
    const had = chosen.value.some(({ id }) => id === person.id)
    chosen.value = one ? [person] : had ? chosen.value.filter(({ id }) => id !== person.id) : [...chosen.value, person]
  }
  const names = chosen.value.map(({ name }) => withoutSuffix(name)).join(t('comma.items'))
  /** One's own vote with those who are to speak before the step goes on. */
  const sendAfter = async () => {
    const lacking = await missing(leaf, outcome.value!)
    onClose()
    if (lacking.length) return void requestAnimationFrame(() => (lacking[0] === 'opinion' ? document.getElementById('opinion')?.focus() : focusField(lacking[0]!)))
    await complete(leaf, outcome.value!, [], { personIds: chosen.value.map(({ id }) => id), joint: joint.value, binds: binds.value })
  }
  const act = after && outcome.value ? t('hand.after', { outcome: labelOf(outcome.value) }) : t(`operation.${operation}` as Key)
  const send = () => {
    if (!chosen.value.length) return void (error.value = t('hand.choose'))
    if (!silent && !reason.value.trim()) return void (error.value = t('seat.reason.missing'))
    if (after) return void sendAfter()
    onClose()
    const ids = chosen.value.map(({ id }) => id)
    const why = reason.value.trim()
    const etag = leaf.etag.value
    const sent: Record<Exclude<Handing, 'add-after'>, () => Promise<unknown>> = {
      transfer: () => api.handOn(leaf.id, etag, 'transfer', ids[0]!, why),
      delegate: () => api.handOn(leaf.id, etag, 'delegate', ids[0]!, why),
      'add-before': () => api.addSigners(leaf.id, etag, { personIds: ids, place: 'before', joint: joint.value, binds: binds.value, reason: why }),
      'add-beside': () => api.addSigners(leaf.id, etag, { personIds: ids, place: 'beside', joint: 'all', binds: false, reason: why }),
      copy: () => api.sendCopies(leaf.id, ids, false),
      circulate: () => api.sendCopies(leaf.id, ids, true),
    }
    void onSeat(leaf, sent[operation as Exclude<Handing, 'add-after'>], t('hand.done', { act: t(`operation.${operation}` as Key), names }), operation === 'transfer')
  }
  return (
    <Dialog title={t(`hand.title.${operation}` as Key)} shape="sheet" onClose={onClose}
      footer={<button type="button" class="btn pri" onClick={send}>{names ? t('hand.to', { act, names }) : act}</button>}>
      <p class="s d2 lead">{t(`hand.hint.${operation}` as Key)}</p>
      {people.error.value !== null && <Failed error={people.error.value} retry={() => void people.load()} />}
      {outcomes.length > 1 && (
        <div class="fx resume">
          <span class="s d2" id="after-outcome">{t('hand.mine')}</span>
          <span class="seg" role="radiogroup" aria-labelledby="after-outcome">
            {outcomes.map((one) => (
              <label key={one.value} class={outcome.value === one ? 'on' : ''}>
                <input type="radio" name="outcome" checked={outcome.value === one} onChange={() => (outcome.value = one)} />
                <span>{labelOf(one)}</span>
              </label>
            ))}
          </span>
        </div>
      )}
      <div class="fld">
        <label class="vh" for="hand-search">{t('hand.search')}</label>
        <input class="in" id="hand-search" type="search" placeholder={t('hand.search')} data-autofocus="" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
      </div>
      <fieldset class="people">
        <legend class="vh">{t(`hand.title.${operation}` as Key)}</legend>
        {people.content.value && !found.length && <p class="d2">{t('task.reassign.nobody')}</p>}
        {found.map((person) => {
          const on = chosen.value.some(({ id }) => id === person.id)
          return (
            <label key={person.id} class={`opt${on ? ' on' : ''}`}>
              <input type={one ? 'radio' : 'checkbox'} name="person" checked={on} onChange={() => toggle(person)} />
              <b>{withoutSuffix(person.name)}</b>
              <span class="s d">{[person.institution, person.post].join(' ')}</span>
            </label>
          )
        })}
      </fieldset>
      {(after || operation === 'add-before') && chosen.value.length > 1 && (
        <div class="fx resume">
          <span class="s d2" id="joint">{t('hand.joint')}</span>
          <span class="seg" role="radiogroup" aria-labelledby="joint">
            {(['all', 'any', 'order'] as const).map((way) => (
              <label key={way} class={joint.value === way ? 'on' : ''}>
                <input type="radio" name="joint" checked={joint.value === way} onChange={() => (joint.value = way)} />
                <span>{t(`hand.joint.${way}`)}</span>
              </label>
            ))}
          </span>
        </div>
      )}
      {(after || operation === 'add-before') && leaf.detail.value!.round.mode !== 'vote' && (
        <label class="fx resume">
          <input type="checkbox" checked={binds.value} onChange={(event) => (binds.value = event.currentTarget.checked)} />
          <span class="s">{t('hand.binds')}</span>
        </label>
      )}
      {!silent && (
        <div class="fld">
          <label for="hand-reason">{t('seat.reason')}<span class="req">{t('form.required')}</span></label>
          <textarea class="in" id="hand-reason" rows={2} maxLength={500} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        </div>
      )}
      {error.value && <p class="err" role="alert">{error.value}</p>}
    </Dialog>
  )
}
