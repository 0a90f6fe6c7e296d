/** 更多: the acts that have no button of their own, opening upwards from the action bar. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../frame/icon'
import { narrow } from '../frame/media'
import { t } from '../i18n'

export interface Entry {
  words: string
  keys?: string
  act: () => void
}

export function More({ entries }: { entries: Entry[] }) {
  const open = useSignal(false)
  const area = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open.value) return
    area.current?.querySelector<HTMLElement>('.menu button')?.focus()
    const outside = (event: Event) => {
      if (!area.current?.contains(event.target as Node)) open.value = false
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open.value])
  const shut = () => {
    open.value = false
    area.current?.querySelector('button')?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (!open.value) return
    const buttons = [...area.current!.querySelectorAll<HTMLElement>('.menu button')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'Escape') shut()
    else if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus()
    else if (event.key === 'ArrowUp') buttons[(at - 1 + buttons.length) % buttons.length]?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  if (!entries.length) return null
  return (
    <div class="more-menu" ref={area} onKeyDown={onKey}>
      <button type="button" class="btn" aria-label={t('frame.more')} aria-expanded={open.value} aria-haspopup="true" onClick={() => (open.value = !open.value)}>
        <Icon name="more" />
      </button>
      {open.value && (
        <ul class="menu">
          {entries.map(({ words, keys, act }) => (
            <li key={words}>
              <button type="button" class="btn q" onClick={() => { shut(); act() }}>{words}{keys && !narrow.value && <kbd aria-hidden="true">{keys}</kbd>}</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
