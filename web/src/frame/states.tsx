/** What a screen shows when there is nothing, when it failed, and when a page does not exist. */
import type { ComponentChildren } from 'preact'
import { sentence } from '../api/problem'
import { t } from '../i18n'
import { Icon } from './icon'

export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {hint && <p class="s">{hint}</p>}
      {children}
    </div>
  )
}

/** An error in place of content: what happened and the way to try again. */
export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div class="note over fx failed" role="alert">
      <Icon name="alert" />
      <span>{sentence(error, 'load')}</span>
      <button type="button" class="btn sm push" onClick={retry}>{t('frame.retry')}</button>
    </div>
  )
}

export function Unknown() {
  return (
    <Empty title={t('place.unknown')} hint={t('place.unknown.hint')}>
      <a class="btn" href="/inbox">{t('frame.toInbox')}</a>
    </Empty>
  )
}
