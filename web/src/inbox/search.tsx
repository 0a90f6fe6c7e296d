/** Search in the open box: number, subject, step. It waits for a pause in typing and for the input method to finish. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../frame/icon'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import { search, searchFor } from './store'

const PAUSE_MS = 300

export function Search() {
  const field = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>()
  const open = useSignal(Boolean(search.value))
  useEffect(() => {
    if (field.current && field.current.value !== search.value) field.current.value = search.value
  }, [search.value])
  const later = (event: InputEvent) => {
    clearTimeout(timer.current)
    if (!event.isComposing) timer.current = setTimeout(() => searchFor(field.current?.value.trim() ?? ''), PAUSE_MS)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return
    searchFor('')
    field.current?.blur()
  }
  if (narrow.value && !open.value) {
    return (
      <button type="button" class="btn q find-open" aria-label={t('frame.search')} onClick={() => (open.value = true)}>
        <Icon name="search" />
      </button>
    )
  }
  return (
    <label class="find">
      <Icon name="search" />
      <span class="vh">{t('frame.search')}</span>
      <input type="search" ref={field} placeholder={t('frame.search')} defaultValue={search.value} autofocus={narrow.value}
        onInput={later} onCompositionEnd={() => searchFor(field.current?.value.trim() ?? '')} onKeyDown={onKey} />
      {!narrow.value && <kbd aria-hidden="true">/</kbd>}
    </label>
  )
}
