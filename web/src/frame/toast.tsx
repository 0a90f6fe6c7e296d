/** One short sentence about what was just done. It is announced, goes by itself, and waits while it is looked at. */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { large } from '../session/preferences'
import { Icon } from './icon'

interface Toast {
  words: string
  serial: number
}

const SHOWN_MS = 6_000
const toast = signal<Toast | null>(null)
let serial = 0

export function say(words: string): void {
  toast.value = { words, serial: ++serial }
}

export function ToastArea() {
  const shown = toast.value
  const held = useRef(false)
  useEffect(() => {
    if (!shown) return
    const timer = setInterval(() => {
      if (!held.current && toast.value?.serial === shown.serial) toast.value = null
    }, large.value ? SHOWN_MS * 2 : SHOWN_MS)
    return () => clearInterval(timer)
  }, [shown])
  return (
    <div role="status" class="toast-area">
      {shown && (
        <div class="toast" key={shown.serial} onPointerEnter={() => (held.current = true)} onPointerLeave={() => (held.current = false)}>
          <Icon name="check" />
          <span>{shown.words}</span>
        </div>
      )}
    </div>
  )
}
