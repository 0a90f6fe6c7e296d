/** The designer: process folders, and the design that is open. */
import { Screen } from '../frame/screen'
import { Empty } from '../frame/states'
import { t } from '../i18n'
import { des } from '../i18n/designer'
import { designs } from '../session/session'

export default function DesignerPage() {
  if (!designs()) {
    return <Screen title={t('place.designer')}><Empty title={des('noRight')} hint={des('noRight.hint')} /></Screen>
  }
  return <Screen title={t('place.designer')}><Empty title={des('empty')} hint={des('empty.hint')} /></Screen>
}
