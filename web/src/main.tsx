/** Start: words, session, page. */
import { render } from 'preact'
import './styles/index.css'
import { App } from './frame/app'
import { Failed } from './frame/states'
import { restoreLanguage } from './i18n'
import { startKeys } from './keyboard/keys'
import { startHints } from './live/hints'
import { startNotices } from './notifications/store'
import { startRouter } from './routing/router'
import { loadSession, session } from './session/session'

const root = document.getElementById('app')!

async function start(): Promise<void> {
  await restoreLanguage().catch(() => undefined)
  try {
    await loadSession()
  } catch (error) {
    addEventListener('online', () => location.reload(), { once: true })
    return render(<main class="page"><Failed error={error} retry={() => location.reload()} /></main>, root)
  }
  startRouter()
  startKeys()
  session.subscribe((person) => {
    // Before the first password is changed the server answers nothing else.
    if (!person || person.mustChangePassword) return
    startHints()
    startNotices()
  })
  render(<App />, root)
}

/** Where HTTPS serves it the page can be installed and opens on a weak network; on a plain one it is the page it always was. */
function startInstalling(): void {
  if (isSecureContext && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined)
}

void start()
addEventListener('load', startInstalling, { once: true })
