/** The session has ended in the middle of work: sign in over the page and go on. The page is covered: anybody may sit there now. */
import { t } from '../i18n'
import { Dialog } from '../frame/dialog'
import { LoginForm } from './login-form'
import { leave, signingInAgain } from './session'

export function SignInAgain() {
  if (!signingInAgain.value) return null
  const other = <button type="button" class="btn q" onClick={() => void leave()}>{t('password.leave')}</button>
  return (
    <Dialog title={t('login.expired.title')} shape="cover" footer={other}>
      <p class="d2 lead">{t('login.expired')}</p>
      <LoginForm />
    </Dialog>
  )
}
