/** Login and password. The reason for a refusal stands under the field it concerns. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Problem, sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { t } from '../i18n'
import { enter, session } from './session'

export function LoginForm() {
  const busy = useSignal(false)
  const loginError = useSignal('')
  const error = useSignal('')
  const login = useRef<HTMLInputElement>(null)
  const password = useRef<HTMLInputElement>(null)
  const known = session.value?.person.login

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    const [name, secret] = [login.current!.value.trim(), password.current!.value]
    loginError.value = name ? '' : t('login.empty.login')
    error.value = secret ? '' : t('login.empty.password')
    if (!name || !secret) return void (name ? password : login).current!.focus()
    busy.value = true
    try {
      await enter(name, secret)
    } catch (failure) {
      error.value = refusal(failure)
      password.current!.select()
    }
    busy.value = false
  }

  return (
    <form class="st login-form" onSubmit={submit} noValidate>
      <div class="fld">
        <label for="login">{t('login.login')}</label>
        <input class="in" id="login" ref={login} autocomplete="username" autocapitalize="none" spellcheck={false}
          defaultValue={known} readOnly={Boolean(known)} data-autofocus={known ? undefined : ''} aria-invalid={Boolean(loginError.value)}
          aria-describedby={loginError.value ? 'login-error' : undefined} />
        {loginError.value && <p class="err" id="login-error">{loginError.value}</p>}
      </div>
      <div class="fld">
        <label for="password">{t('login.password')}</label>
        <input class="in" id="password" ref={password} type="password" autocomplete="current-password" data-autofocus={known ? '' : undefined}
          aria-invalid={Boolean(error.value)} aria-describedby={error.value ? 'password-error' : undefined} />
        <div role="alert">{error.value && <p class="err" id="password-error">{error.value}</p>}</div>
      </div>
      <button class="btn pri tall" aria-disabled={busy.value} onClick={(event) => busy.value && event.preventDefault()}>
        {t(busy.value ? 'login.busy' : 'login.enter')}
      </button>
    </form>
  )
}

function refusal(failure: unknown): string {
  if (!(failure instanceof Problem)) return sentence(failure)
  if (failure.code === 'wrong-credentials') {
    const tries = failure.fact('triesLeft')
    return tries === null ? t('login.wrong.plain') : t('login.wrong', { tries })
  }
  const until = failure.fact('until')
  if (failure.code === 'locked' && until) return t('login.locked', { until: when(until, now.value) })
  return sentence(failure)
}
