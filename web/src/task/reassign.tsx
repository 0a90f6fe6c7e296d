/** A superior gives an escalated task to somebody else; the button names the receiver. */
import { useSignal } from '@preact/signals'
import { reassignees } from '../api/calls'
import type { Reassignee } from '../api/types'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t } from '../i18n'
import { reassign } from './act'
import type { Leaf } from './leaf'
import { matching } from './people'

export default function ReassignDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const people = useResource(leaf.id, () => reassignees(leaf.id))
  const search = useSignal('')
  const found = matching(people.content.value ?? [], search.value)
  const chosen = useSignal<Reassignee | null>(null)
  const reason = useSignal('')
  const error = useSignal('')
  const send = () => {
    if (!chosen.value) return void (error.value = t('task.reassign.choose'))
    if (!reason.value.trim()) return void (error.value = t('task.reassign.missing'))
    onClose()
    void reassign(leaf, chosen.value, reason.value.trim())
  }
  const words = chosen.value ? t('task.reassign.to', { name: chosen.value.name }) : t('task.reassign')
  return (
    <Dialog title={t('task.reassign.title')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={send}>{words}</button>}>
      {people.error.value !== null && <Failed error={people.error.value} retry={() => void people.load()} />}
      <div class="fld">
        <label class="vh" for="reassign-search">{t('hand.search')}</label>
        <input class="in" id="reassign-search" type="search" placeholder={t('hand.search')} data-autofocus="" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
      </div>
      {people.content.value && !found.length && <p class="d2">{t('task.reassign.nobody')}</p>}
      <fieldset class="people">
        <legend class="vh">{t('task.reassign.title')}</legend>
        {found.map((person) => (
          <label key={person.id} class={`opt${chosen.value?.id === person.id ? ' on' : ''}`}>
            <input type="radio" name="person" onChange={() => (chosen.value = person)} />
            <b>{person.name}</b>
            <span class="s d">{[person.institution, person.post].join(' ')}</span>
          </label>
        ))}
      </fieldset>
      <div class="fld">
        <label for="reassign-reason">{t('task.reassign.reason')}<span class="req">{t('form.required')}</span></label>
        <textarea class="in" id="reassign-reason" rows={3} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        {error.value && <p class="err" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
