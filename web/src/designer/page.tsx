/** The designer: the process folders, and the design that is open. */
import { Screen } from '../frame/screen'
import { Empty } from '../frame/states'
import { t } from '../i18n'
import { des } from '../i18n/designer'
import { parts } from '../routing/router'
import { designs } from '../session/session'
import { DesignPage } from './design'
import { Folders } from './folders'
import './designer.css'

export default function DesignerPage() {
  const [, id] = parts()
  if (!designs()) {
    return <Screen title={t('place.designer')}><Empty title={des('noRight')} hint={des('noRight.hint')} /></Screen>
  }
  return id ? <DesignPage key={id} id={id} /> : <Folders />
}
