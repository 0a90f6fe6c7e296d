/** Bringing other people in: hand the task on, ask for advice, add signers, send copies. The button names who it is. */
import { useSignal } from '@preact/signals'
import * as api from '../api/calls'
import type { Handing, Reassignee } from '../api/types'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { onSeat } from './act'
import type { Leaf } from './leaf'

type Joint = 'all' | 'any' | 'order'
const ONE: Handing[] = ['transfer', 'delegate']
const SILENT: Handing[] = ['copy', 'circulate']

export default function HandDialog({ leaf, operation, onClose }: { leaf: Leaf; operation: Handing; onClose: () => void }) {
  const people = useResource(leaf.id, () => api.reassignees(leaf.id))
  const chosen = useSignal<Reassignee[]>([])
  const search = useSignal('')
  const reason = useSignal('')
  const joint = useSignal<Joint>('all')
  const binds = useSignal(false)
  const error = useSignal('')
  const one = ONE.includes(operation)
  const silent = SILENT.includes(operation)
  const found = people.content.value?.filter((person) => [person.name, person.post, person.institution].join(' ').includes(search.value.trim())) ?? []
  const toggle = (person: Reassignee) => {
    const had = chosen.value.some(({ id }) => id === person.id)
    chosen.value = one ? [person] : had ? chosen.value.filter(({ id }) => id !== person.id) : [...chosen.value, person]
  }
  const names = chosen.value.map(({ name }) => withoutSuffix(name)).join(t('comma.items'))
  const send = () => {
    if (!chosen.value.length) return void (error.value = t('hand.choose'))
    if (!silent && !reason.value.trim()) return void (error.value = t('seat.reason.missing'))
    onClose()
    const ids = chosen.value.map(({ id }) => id)
    const why = reason.value.trim()
    const etag = leaf.etag.value
    const sent: Record<Handing, () => Promise<unknown>> = {
      transfer: () => api.handOn(leaf.id, etag, 'transfer', ids[0]!, why),
      delegate: () => api.handOn(leaf.id, etag, 'delegate', ids[0]!, why),
      'add-before': () => api.addSigners(leaf.id, etag, { personIds: ids, place: 'before', joint: joint.value, binds: binds.value, reason: why }),
      'add-beside': () => api.addSigners(leaf.id, etag, { personIds: ids, place: 'beside', joint: 'all', binds: false, reason: why }),
      copy: () => api.sendCopies(leaf.id, ids, false),
      circulate: () => api.sendCopies(leaf.id, ids, true),
    }
    void onSeat(leaf, sent[operation], t('hand.done', { act: t(`operation.${operation}` as Key), names }), operation === 'transfer')
  }
  return (
    <Dialog title={t(`hand.title.${operation}` as Key)} shape="sheet" onClose={onClose}
      footer={<button type="button" class="btn pri" onClick={send}>{names ? t('hand.to', { act: t(`operation.${operation}` as Key), names }) : t(`operation.${operation}` as Key)}</button>}>
      <p class="s d2 lead">{t(`hand.hint.${operation}` as Key)}</p>
      {people.error.value !== null && <Failed error={people.error.value} retry={() => void people.load()} />}
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
      {operation === 'add-before' && chosen.value.length > 1 && (
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
      {operation === 'add-before' && (
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
