/** What a screen shows when there is nothing, when it failed, and when a page does not exist. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { sentence, Unreachable } from '../api/problem'
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

/**
 * A part of the page that did not come. While the server answers, it is not the network: the page is older than the server,
 * which has other parts by now. What was typed is kept and comes back after reloading.
 */
export function NotFetched() {
  const old = useSignal(false)
  useEffect(() => {
    fetch('/healthz', { cache: 'no-store' }).then(({ ok }) => (old.value = ok), () => undefined)
  }, [])
  if (!old.value) return <Failed error={new Unreachable()} retry={() => location.reload()} />
  return (
    <div class="note soon fx failed" role="alert">
      <Icon name="alert" />
      <span>{t('frame.old')}</span>
      <button type="button" class="btn sm push" onClick={() => location.reload()}>{t('frame.reload')}</button>
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
