/** A place that is one page: bar with its name or tabs, then the page. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { language, t } from '../i18n'
import { Bell } from '../notifications/bell'
import { Me } from '../session/menu'
import { session } from '../session/session'
import { narrow } from './media'

interface Props {
  title: string
  /** Stands in the bar in place of the title, which is then only read out. */
  tabs?: ComponentChildren
  tools?: ComponentChildren
  children: ComponentChildren
  /** Extra classes of the page area. */
  shape?: string
}

export function useTitle(title: string): void {
  useEffect(() => void (document.title = `${title} · ${t('product')}`), [title, language.value])
}

export function Screen({ title, tabs, tools, children, shape = '' }: Props) {
  useTitle(title)
  return (
    <>
      <header class="bar">
        <h1 class={tabs && !narrow.value ? 'vh' : ''}>{title}</h1>
        {!narrow.value && tabs}
        {tools}
        <BarEnd />
      </header>
      {narrow.value && tabs}
      <main class={`page ${shape}`} id="main" tabIndex={-1}>{children}</main>
    </>
  )
}

/** What stands at the right of every bar. */
export function BarEnd() {
  return (
    <span class="bar-end">
      {session.value?.demo && <span class="tag">{t('frame.demo')}</span>}
      {!narrow.value && <Bell />}
      {narrow.value && <Me />}
    </span>
  )
}
