/** The designer: the process folders, and the design that is open. */
import { Screen } from '../frame/screen'
import { Empty } from '../frame/states'
import { t } from '../i18n'
import { des } from '../i18n/designer'
import { parts } from '../routing/router'
import { designs } from '../session/session'
import { DesignPage } from './design'
import { Folders } from './folders'
import { PAGES } from './parts'
import './designer.css'

export default function DesignerPage() {
  const [, id, more, other] = parts()
  if (!designs()) {
    return <Screen title={t('place.designer')}><Empty title={des('noRight')} hint={des('noRight.hint')} /></Screen>
  }
  const Page = PAGES[more === undefined ? '' : id === 'versions' || id === 'compare' ? id : more]
  if (Page && id) return <Page key={parts().join('/')} id={id} more={more ?? ''} other={other ?? ''} />
  return id ? <DesignPage key={id} id={id} /> : <Folders />
}
