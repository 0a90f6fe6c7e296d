/** The whole page: skip link, rail or dock, the place the address names, and the layers above. */
import { useEffect } from 'preact/hooks'
import { busy, online } from '../api/client'
import { t } from '../i18n'
import { InboxPage } from '../inbox/page'
import { destination, LoginPage } from '../session/login'
import { session } from '../session/session'
import { SignInAgain } from '../session/sign-in-again'
import { navigate, parts, path, query } from '../routing/router'
import { SendingToasts } from '../sending/toast'
import { Icon } from './icon'
import { lazy } from './lazy'
import { narrow } from './media'
import { Dock, Rail } from './navigation'
import { PlaceKeys } from './place-keys'
import { Screen } from './screen'
import { Unknown } from './states'
import { ToastArea } from './toast'

const HelpSheet = lazy(() => import('../keyboard/help'), true)
const PasswordDialog = lazy(() => import('../session/password'))
const StartPage = lazy(() => import('../start/page'))
const MinePage = lazy(() => import('../mine/page'))
const CasePage = lazy(() => import('../cases/page'))
const OperationsPage = lazy(() => import('../operations/page'))
const DesignerPage = lazy(() => import('../designer/page'))
const AnalyticsPage = lazy(() => import('../analytics/page'))
const AdministrationPage = lazy(() => import('../administration/page'))
const NotificationsPage = lazy(() => import('../notifications/page'))

export function App() {
  const [place] = parts()
  const inside = session.value !== null
  useEffect(() => {
    if (!inside && place !== 'login') navigate(`/login${wanted()}`, { replace: true })
    else if (inside && (!place || place === 'login')) navigate(destination(), { replace: true })
  }, [inside, place])
  if (!inside) return <><LoginPage /><ToastArea /></>
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>{t('frame.skip')}</a>
      <div class={narrow.value ? 'ph' : 'app'}>
        {!narrow.value && <Rail />}
        <div class="main">
          <Progress />
          {!online.value && <Offline />}
          {!session.value?.mustChangePassword && <Place />}
        </div>
        {narrow.value && <Dock />}
      </div>
      <PlaceKeys />
      <HelpSheet />
      {session.value?.mustChangePassword && <PasswordDialog must />}
      <SignInAgain />
      <div class="toasts">
        <SendingToasts />
        <ToastArea />
      </div>
    </>
  )
}

function wanted(): string {
  const place = path.value + query.value
  return place === '/' || place === '/inbox' ? '' : `?next=${encodeURIComponent(place)}`
}

function skip(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function Place() {
  const [place] = parts()
  switch (place) {
    case undefined:
    case 'login':
    case 'inbox':
      return <InboxPage />
    case 'start':
      return <StartPage />
    case 'mine':
      return <MinePage />
    case 'cases':
      return <CasePage />
    case 'operations':
      return <OperationsPage />
    case 'designer':
      return <DesignerPage />
    case 'analytics':
      return <AnalyticsPage />
    case 'administration':
      return <AdministrationPage />
    case 'notifications':
      return <NotificationsPage />
    default:
      return <Screen title={t('place.unknown')}><Unknown /></Screen>
  }
}

/** A thin line under the bar; its delay keeps quick answers quiet. */
function Progress() {
  return <div class={`progress${busy.value > 0 ? ' on' : ''}`} aria-hidden="true" />
}

function Offline() {
  return <p class="note soon fx offline" role="alert"><Icon name="alert" />{t('frame.offline')}</p>
}
