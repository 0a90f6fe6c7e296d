/** The page before anything else: a slip with two fields, and how the person likes to read. */
import { useEffect } from 'preact/hooks'
import { language, setLanguage, t } from '../i18n'
import { query } from '../routing/router'
import { Icon } from '../frame/icon'
import { LoginForm } from './login-form'
import { dark, large, setLarge, setTheme } from './preferences'
import { demo } from './session'

export function LoginPage() {
  useEffect(() => {
    document.title = `${t('place.login')} · ${t('product')}`
    document.getElementById('login')?.focus()
  }, [language.value])
  return (
    <div class="login">
      <main id="main">
        <div class="slip-card">
          <p class="mark"><Icon name="link" /></p>
          <h1 class="song">{t('product')}</h1>
          <p class="d2 s">{t('login.community')}</p>
          <LoginForm />
        </div>
        <div class="stub">
          <label class="s"><input type="checkbox" checked={large.value} onChange={(event) => setLarge(event.currentTarget.checked)} />{t('me.large')}</label>
          <label class="s"><input type="checkbox" checked={dark.value} onChange={(event) => setTheme(event.currentTarget.checked ? 'dark' : 'light')} />{t('me.dark')}</label>
          <LanguageSwitch />
        </div>
      </main>
      <footer class="s d">{t(demo.value ? 'login.demo' : 'login.plain')}</footer>
    </div>
  )
}

export function LanguageSwitch() {
  const other = language.value === 'en' ? 'zh' : 'en'
  return (
    <button type="button" class="btn q sm" lang={other === 'en' ? 'en' : 'zh-CN'} onClick={() => void setLanguage(other)}>
      {other === 'en' ? 'English' : '中文'}
    </button>
  )
}

/** Where the person wanted to go; only ever a place of our own. */
export function destination(): string {
  const next = new URLSearchParams(query.value).get('next') ?? ''
  return next.startsWith('/') && !next.startsWith('//') && !next.startsWith('/login') ? next : '/inbox'
}
