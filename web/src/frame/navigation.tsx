/** The rail of two-character words, and the dock that replaces it on the phone. */
import { t, type Key } from '../i18n'
import { unread } from '../notifications/store'
import { parts } from '../routing/router'
import { Me } from '../session/menu'
import { administers, can, designs, oversees } from '../session/session'
import { Icon } from './icon'

function Place({ to, words }: { to: string; words: Key }) {
  const here = `/${parts()[0] ?? 'inbox'}` === to
  return <a href={to} aria-current={here ? 'page' : undefined}>{t(words)}</a>
}

export function Rail() {
  return (
    <nav class="rail" aria-label={t('frame.navigation')}>
      <a class="logo" href="/inbox" aria-label={t('frame.home')}><Icon name="link" /></a>
      <Place to="/inbox" words="place.inbox" />
      <Place to="/start" words="place.start" />
      <Place to="/mine" words="place.mine" />
      {(designs() || can('operations') || oversees() || administers()) && <hr />}
      {designs() && <Place to="/designer" words="place.designer" />}
      {can('operations') && <Place to="/operations" words="place.operations" />}
      {oversees() && <Place to="/analytics" words="place.analytics" />}
      {administers() && <Place to="/administration" words="place.administration" />}
      <Me />
    </nav>
  )
}

export function Dock() {
  const here = parts()[0] === 'notifications'
  // An open task has its own bar for the thumb.
  if (parts()[0] === 'inbox' && parts()[2]) return null
  return (
    <nav class="dock" aria-label={t('frame.navigation')}>
      <Place to="/inbox" words="place.inbox" />
      <Place to="/start" words="place.start" />
      <Place to="/mine" words="place.mine" />
      <a href="/notifications" aria-current={here ? 'page' : undefined}>
        {t('place.notifications')}
        {unread.value > 0 && <span class="n"> {unread.value}</span>}
      </a>
    </nav>
  )
}
