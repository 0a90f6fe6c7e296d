/** The person's opinion: one line in the action bar on the desk, a field at the foot of the slip on the phone. */
import { narrow } from '../frame/media'
import { t } from '../i18n'
import { labelOf } from './act'
import { allows, type Leaf } from './leaf'

export function OpinionField({ leaf }: { leaf: Leaf }) {
  if (!allows(leaf, 'complete')) return null
  const error = leaf.opinionError.value
  const write = (event: Event) => {
    leaf.opinion.value = (event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value
    if (leaf.opinion.value.trim()) leaf.opinionError.value = ''
  }
  const facts = {
    class: 'in',
    id: 'opinion',
    value: leaf.opinion.value,
    onInput: write,
    'aria-invalid': Boolean(error),
    'aria-describedby': error ? 'opinion-error' : undefined,
  }
  const words = error && <p class="err" id="opinion-error" role="alert">{error}</p>
  if (narrow.value) {
    return (
      <div class="fld opinion">
        <label for="opinion">{hint(leaf)}</label>
        <textarea {...facts} rows={3} />
        {words}
      </div>
    )
  }
  return (
    <div class="opinion">
      <textarea {...facts} rows={1} aria-label={t('task.opinion')} placeholder={hint(leaf)} />
      {words}
    </div>
  )
}

function hint(leaf: Leaf): string {
  const demanding = leaf.detail.value!.outcomes.filter(({ opinionRequired }) => opinionRequired)
  if (!demanding.length) return t('task.opinion.optional')
  return t('task.opinion.required', { outcome: demanding.map(labelOf).join(t('comma.items')) })
}
