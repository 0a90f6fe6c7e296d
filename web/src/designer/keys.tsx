/** The keys of the designer, opened with `?` in place of those of the inbox. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Dialog } from '../frame/dialog'
import { des, type DesKey } from '../i18n/designer'
import { addCommands } from '../keyboard/keys'

const SHEET: readonly [DesKey, readonly [string, DesKey][]][] = [
  ['keys.outline', [['↑ ↓', 'keys.step'], ['F2', 'keys.panel'], ['Tab', 'keys.tools'], ['Delete', 'keys.delete'], ['Esc', 'keys.back'], ['Ctrl Z', 'keys.undo'], ['Ctrl Y', 'keys.redo']]],
  ['keys.canvas', [['E', 'keys.name'], ['R', 'keys.replace'], ['C', 'keys.connect'], ['S', 'keys.space'], ['L', 'keys.lasso'], ['Ctrl F', 'keys.find'], ['Ctrl C', 'keys.copy'], ['Ctrl V', 'keys.paste'], ['Ctrl A', 'keys.all']]],
]

export function Keys() {
  const open = useSignal(false)
  useEffect(() => addCommands([{ keys: '?', act: () => (open.value = true), words: des('keys.title') }]), [])
  if (!open.value) return null
  return (
    <Dialog title={des('keys.title')} onClose={() => (open.value = false)}>
      <div class="keys">
        {SHEET.map(([title, lines]) => (
          <section key={title}>
            <h3>{des(title)}</h3>
            <dl>{lines.map(([keys, words]) => <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{des(words)}</dd></div>)}</dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
