/** Operations: what has stopped and needs a person, cases, processes, batches, the clock, messages nobody took. No patient data. */
import { Screen } from '../frame/screen'
import { Empty, Unknown } from '../frame/states'
import { Tabs } from '../frame/tabs'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { parts } from '../routing/router'
import { can } from '../session/session'
import { BatchPage, Batches } from './batches'
import { CalendarNote } from './calendar-note'
import { OperatedCasePage } from './case'
import { Heat } from './heat'
import { Incidents } from './incidents'
import { Instances } from './instances'
import { Jobs } from './jobs'
import { Messages } from './messages'
import { Processes } from './processes'

const FACES = { incidents: Incidents, instances: Instances, processes: Processes, batches: Batches, jobs: Jobs, messages: Messages }
type Face = keyof typeof FACES
const isFace = (name: string): name is Face => Object.hasOwn(FACES, name)

export default function OperationsPage() {
  const [, face = 'incidents', id] = parts()
  if (!can('operations')) {
    return <Screen title={t('place.operations')}><Empty title={op('noRight')} hint={op('noRight.hint')} /></Screen>
  }
  const tabs = (
    <Tabs label={op('tabs')} tabs={(Object.keys(FACES) as Face[]).map((name) => ({
      href: name === 'incidents' ? '/operations' : `/operations/${name}`, label: op(name), current: face === name,
    }))} />
  )
  return (
    <Screen title={t('place.operations')} tabs={tabs} shape="operations">
      {!id && <CalendarNote />}
      <Content face={face} id={id} />
    </Screen>
  )
}

function Content({ face, id }: { face: string; id: string | undefined }) {
  if (face === 'instances' && id) return <OperatedCasePage key={id} id={id} />
  if (face === 'batches' && id) return <BatchPage key={id} id={id} />
  if (face === 'processes' && id) return <Heat key={id} process={id} />
  if (!isFace(face) || id) return <Unknown />
  const Face = FACES[face]
  return <Face />
}
