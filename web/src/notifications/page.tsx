/** Notifications as a page of their own: the phone's fourth place. */
import { Screen } from '../frame/screen'
import { t } from '../i18n'
import { NoticeList, ReadAll } from './list'

export default function NotificationsPage() {
  return (
    <Screen title={t('notices.title')} tools={<ReadAll />}>
      <NoticeList />
    </Screen>
  )
}
