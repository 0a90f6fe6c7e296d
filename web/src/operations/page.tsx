/** Operations: what has stopped and needs a person, what the clock will do, messages nobody took, all instances. No patient data. */
import { Screen } from '../frame/screen'
import { Empty, Unknown } from '../frame/states'
import { Tabs } from '../frame/tabs'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { parts } from '../routing/router'
import { can } from '../session/session'
import { Incidents } from './incidents'
import { Instances, Jobs, Messages } from './tables'

const FACES = ['incidents', 'instances', 'jobs', 'messages'] as const
type Face = (typeof FACES)[number]

export default function OperationsPage() {
  const face = (parts()[1] ?? 'incidents') as Face
  if (!can('operations')) {
    return <Screen title={t('place.operations')}><Empty title={op('noRight')} hint={op('noRight.hint')} /></Screen>
  }
  const tabs = (
    <Tabs label={op('tabs')} tabs={FACES.map((name) => ({
      href: name === 'incidents' ? '/operations' : `/operations/${name}`, label: op(name), current: face === name,
    }))} />
  )
  return (
    <Screen title={t('place.operations')} tabs={tabs} shape="operations">
      {face === 'incidents' ? <Incidents /> : face === 'instances' ? <Instances /> : face === 'jobs' ? <Jobs /> : face === 'messages' ? <Messages /> : <Unknown />}
    </Screen>
  )
}
