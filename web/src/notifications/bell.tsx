/** The word 消息 with its count in the bar, and the panel it opens. */
import { signal } from '@preact/signals'
import { Dialog } from '../frame/dialog'
import { Icon } from '../frame/icon'
import { t } from '../i18n'
import { NoticeList, ReadAll } from './list'
import { unread } from './store'

const open = signal(false)
export const showNotices = (): void => void (open.value = true)

export function Bell() {
  const label = unread.value ? t('notices.count', { n: unread.value }) : t('notices.none')
  return (
    <>
      <button type="button" class="btn q bell" aria-haspopup="dialog" aria-label={label} onClick={showNotices}>
        <Icon name="bell" />
        <span class="wide-only">{t('notices.title')}</span>
        {unread.value > 0 && <b class="n">{unread.value}</b>}
      </button>
      {open.value && (
        <Dialog title={t('notices.title')} shape="panel" onClose={() => (open.value = false)} footer={unread.value ? <ReadAll /> : undefined}>
          <NoticeList onFollow={() => (open.value = false)} />
        </Dialog>
      )}
    </>
  )
}
