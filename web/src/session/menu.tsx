/** The person's own menu: in which capacities, how to read, keys, password, leaving. */
import { useSignal } from '@preact/signals'
import { Dialog } from '../frame/dialog'
import { narrow } from '../frame/media'
import { either, joined, language, setLanguage, t, type Language } from '../i18n'
import { showHelp } from '../keyboard/help'
import { giveHint } from '../live/hints'
import { large, setLarge, setTheme, theme, type Theme } from './preferences'
import { lazy } from '../frame/lazy'
import { administers, can, leave, session, setUndoSeconds } from './session'

const PasswordDialog = lazy(() => import('./password'))

const OwnAgents = lazy(() => import('../administration/own-agents'))
const UNDO = [0, 10, 20] as const
const THEMES: Theme[] = ['system', 'light', 'dark']

export function Me() {
  const open = useSignal(false)
  const password = useSignal(false)
  const agents = useSignal(false)
  const person = session.value?.person
  if (!person) return null
  return (
    <>
      <button type="button" class="me" aria-haspopup="dialog" aria-label={t('frame.me', { name: person.name })} onClick={() => (open.value = true)}>
        {initial(person.name)}
      </button>
      {open.value && <Menu onClose={() => (open.value = false)} onPassword={() => (password.value = true)} onAgents={() => (agents.value = true)} />}
      {agents.value && <OwnAgents onClose={() => (agents.value = false)} />}
      {password.value && <PasswordDialog must={false} onClose={() => (password.value = false)} />}
    </>
  )
}

/** Chinese names go by the family name; the demo's suffix is none of it. */
function initial(name: string): string {
  return Array.from(name.trim())[0] ?? '·'
}

/** What the server words is fetched again in the new language. */
async function speak(choice: Language): Promise<void> {
  await setLanguage(choice)
  giveHint('tasks')
  giveHint('notifications')
}

function Menu({ onClose, onPassword, onAgents }: { onClose: () => void; onPassword: () => void; onAgents: () => void }) {
  const { person, capacities, undoSeconds } = session.value!
  const then = (act: () => void) => () => {
    onClose()
    act()
  }
  return (
    <Dialog title={person.name} shape="corner" onClose={onClose}>
      <section class="st">
        <h3 class="vh">{t('me.capacities')}</h3>
        <ul class="capacities">
          {capacities.map(({ id, post, institution, department }) => (
            <li key={id}>
              <b>{either(post.name, post.nameEn)}</b>
              <span class="s d">{joined(institution.name, department?.name)}</span>
            </li>
          ))}
        </ul>
      </section>
      <hr />
      <div class="settings">
        <label class="setting"><span>{t('me.large')}</span>
          <input type="checkbox" role="switch" class="sw" checked={large.value} onChange={(event) => setLarge(event.currentTarget.checked)} />
        </label>
        <fieldset class="setting"><legend class="vh">{t('me.theme')}</legend><span aria-hidden="true">{t('me.theme')}</span>
          <span class="seg">
            {THEMES.map((choice) => (
              <label key={choice} class={theme.value === choice ? 'on' : ''}>
                <input type="radio" name="theme" checked={theme.value === choice} onChange={() => setTheme(choice)} />
                <span>{t(`me.theme.${choice}`)}</span>
              </label>
            ))}
          </span>
        </fieldset>
        <fieldset class="setting"><legend class="vh">{t('me.undo')}</legend><span aria-hidden="true">{t('me.undo')}</span>
          <span class="seg">
            {UNDO.map((seconds) => (
              <label key={seconds} class={undoSeconds === seconds ? 'on' : ''}>
                <input type="radio" name="undo" checked={undoSeconds === seconds} onChange={() => void setUndoSeconds(seconds)} />
                <span>{t(`me.undo.${seconds}`)}</span>
              </label>
            ))}
          </span>
        </fieldset>
        <fieldset class="setting"><legend class="vh">{t('me.language')}</legend><span aria-hidden="true">{t('me.language')}</span>
          <span class="seg">
            {(['zh', 'en'] as const).map((choice) => (
              <label key={choice} class={language.value === choice ? 'on' : ''} lang={choice === 'en' ? 'en' : 'zh-CN'}>
                <input type="radio" name="language" checked={language.value === choice} onChange={() => void speak(choice)} />
                <span>{choice === 'en' ? 'English' : '中文'}</span>
              </label>
            ))}
          </span>
        </fieldset>
      </div>
      <hr />
      <ul class="commands">
        {narrow.value && can('operations') && <li><a class="btn q" href="/operations" onClick={onClose}>{t('place.operations')}</a></li>}
        {narrow.value && administers() && <li><a class="btn q" href="/administration" onClick={onClose}>{t('place.administration')}</a></li>}
        <li><button type="button" class="btn q" onClick={then(showHelp)}>{t('me.keys')} <kbd>?</kbd></button></li>
        {capacities.length > 0 && <li><button type="button" class="btn q" onClick={then(onAgents)}>{t('me.agents')}</button></li>}
        <li><button type="button" class="btn q" onClick={then(onPassword)}>{t('me.password')}</button></li>
        <li><button type="button" class="btn q" onClick={() => void leave()}>{t('me.leave')}</button></li>
      </ul>
      <p class="s d colophon">{t('me.about.text')}</p>
    </Dialog>
  )
}
