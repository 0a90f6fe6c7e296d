/** Notifications as a list; each leads to what it is about and is then read. */
import type { Notice } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { Empty, Failed } from '../frame/states'
import { either, t } from '../i18n'
import { navigate } from '../routing/router'
import { list, loadMore, markRead, nextCursor, shown, unread } from './store'

export function NoticeList({ onFollow }: { onFollow?: () => void }) {
  const notices = shown()
  if (list.error.value && !notices.length) return <Failed error={list.error.value} retry={() => void list.load()} />
  if (list.content.value && !notices.length) return <Empty title={t('notices.empty')} hint={t('notices.empty.hint')} />
  return (
    <>
      <ul class="notices">
        {notices.map((notice) => (
          <li key={notice.id}><Line notice={notice} onFollow={onFollow} /></li>
        ))}
      </ul>
      {nextCursor.value && <button type="button" class="btn sm more" onClick={() => void loadMore()}>{t('list.more')}</button>}
    </>
  )
}

function Line({ notice, onFollow }: { notice: Notice; onFollow?: (() => void) | undefined }) {
  const to = notice.taskId ? `/inbox/todo/${notice.taskId}` : notice.instanceId ? `/cases/${notice.instanceId}` : null
  const body = (
    <>
      <span class="t">{either(notice.text, notice.textEn)}{!notice.readAt && <span class="vh">{t('comma')}{t('notices.unread')}</span>}</span>
      <time class="s d" dateTime={notice.at}>{when(notice.at, now.value)}</time>
    </>
  )
  const read = () => void markRead([notice]).catch(() => undefined)
  const state = `notice${notice.readAt ? '' : ' new'}`
  if (!to) return <button type="button" class={state} onClick={read}>{body}</button>
  const follow = (event: MouseEvent) => {
    read()
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    onFollow?.()
    navigate(to)
  }
  return <a class={state} href={to} onClick={follow}>{body}</a>
}

export function ReadAll() {
  if (!unread.value) return null
  return <button type="button" class="btn sm" onClick={() => void markRead(shown())}>{t('notices.readAll')}</button>
}
