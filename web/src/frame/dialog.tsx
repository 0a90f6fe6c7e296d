/** A layer over the page. The browser's own dialog keeps the rest inert, Esc closes it, and focus returns to where it was. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n'
import { Icon } from './icon'

interface Props {
  title: string
  children: ComponentChildren
  footer?: ComponentChildren
  onClose?: (() => void) | undefined
  /** `sheet` rises from below on the phone, `panel` hangs under the bar at the right, `corner` stands by the rail's foot, `cover` hides the page, `top` hangs from the upper edge. */
  shape?: 'center' | 'sheet' | 'panel' | 'corner' | 'cover' | 'top'
}

export function Dialog({ title, children, footer, onClose, shape = 'center' }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const element = dialog.current!
    const before = document.activeElement
    element.showModal()
    element.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      element.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  const cancel = (event: Event) => {
    event.preventDefault()
    onClose?.()
  }
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose?.()
  }
  return (
    <dialog ref={dialog} class={`layer ${shape}`} aria-labelledby={heading} onCancel={cancel} onMouseDown={outside}>
      <div class="dlg">
        <header>
          <h2 id={heading}>{title}</h2>
          {onClose && (
            <button type="button" class="btn q sm push" aria-label={t('frame.close')} onClick={onClose}>
              <Icon name="x" />
            </button>
          )}
        </header>
        <div class="body">{children}</div>
        {footer && <footer>{footer}</footer>}
      </div>
    </dialog>
  )
}
