/** The sheet of keys, opened with `?`. */
import { signal } from '@preact/signals'
import { Dialog } from '../frame/dialog'
import { t, type Key } from '../i18n'
import { setSingleKeys, singleKeys } from '../session/preferences'

const open = signal(false)
export const showHelp = (): void => void (open.value = true)

const SHEET: [Key, [string, Key][]][] = [
  ['keys.list', [['J / K', 'keys.move'], ['Enter', 'keys.open'], ['/', 'keys.search'], ['Ctrl K', 'keys.palette'], ['X', 'keys.select'], ['* A', 'keys.selectAll'], ['Z', 'keys.undo']]],
  ['keys.task', [['C', 'keys.claim'], ['U', 'keys.unclaim'], ['E', 'keys.complete'], ['R', 'keys.return'], ['T', 'keys.transfer'], ['D', 'keys.delegate'], ['H', 'keys.later'], ['F', 'keys.form'], ['M', 'keys.opinion'], ['1 2 3', 'keys.tabs'], ['.', 'keys.urge'], ['Esc', 'keys.back']]],
  ['keys.places', [['G I', 'keys.inbox'], ['G D', 'keys.done'], ['G S', 'keys.sent'], ['G M', 'keys.mine'], ['G N', 'keys.start'], ['B', 'keys.notifications'], ['?', 'keys.help']]],
]

export default function HelpSheet() {
  if (!open.value) return null
  return (
    <Dialog title={t('keys.title')} onClose={() => (open.value = false)}>
      <div class="keys">
        {SHEET.map(([title, lines]) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl>
              {lines.map(([keys, words]) => (
                <div key={keys}>
                  <dt>{keys.split(' ').map((key) => (key === '/' && keys !== '/' ? ' / ' : <kbd key={key}>{key}</kbd>))}</dt>
                  <dd>{t(words)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="setting">
        <span>{t('keys.on')}<span class="s d block">{t('keys.hint')}</span></span>
        <input type="checkbox" role="switch" class="sw" checked={singleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} />
      </label>
    </Dialog>
  )
}
