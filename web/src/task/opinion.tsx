/** The person's opinion: one line in the action bar on the desk, a field at the foot of the slip on the phone. */
import { useSignal } from '@preact/signals'
import { lazy } from '../frame/lazy'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import { labelOf } from './act'
import { allows, type Leaf } from './leaf'

const PhrasesDialog = lazy(() => import('./phrases'))

export function OpinionField({ leaf }: { leaf: Leaf }) {
  const choosing = useSignal(false)
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
  const phrases = (
    <>
      <button type="button" class="btn q sm phrases-open" aria-haspopup="dialog" onClick={() => (choosing.value = true)}>{t('phrases')}</button>
      {choosing.value && <PhrasesDialog leaf={leaf} onClose={() => (choosing.value = false)} />}
    </>
  )
  if (narrow.value) {
    return (
      <div class="fld opinion">
        <span class="fx between"><label for="opinion">{hint(leaf)}</label>{phrases}</span>
        <textarea {...facts} rows={3} />
        {words}
      </div>
    )
  }
  return (
    <div class="opinion">
      <textarea {...facts} rows={1} aria-label={t('task.opinion')} placeholder={hint(leaf)} />
      {phrases}
      {words}
    </div>
  )
}

function hint(leaf: Leaf): string {
  const demanding = leaf.detail.value!.outcomes.filter(({ opinionRequired }) => opinionRequired)
  if (!demanding.length) return t('task.opinion.optional')
  return t('task.opinion.required', { outcome: demanding.map(labelOf).join(t('comma.items')) })
}
