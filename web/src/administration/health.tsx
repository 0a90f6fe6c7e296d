/** Health: whether the database answers and how far the calendars are known. Red is what somebody must do something about. */
import { nodeHealth, type NodeHealth } from '../api/health'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { admin } from '../i18n/administration'

export default function HealthPage() {
  const found = useResource('health', nodeHealth)
  const state = found.content.value
  if (!state) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  return (
    <dl class="facts-list">
      <Fact name={admin('health.database')} words={admin('health.database.ok')} />
      <CalendarFact calendar={state.calendar} />
    </dl>
  )
}

function CalendarFact({ calendar }: { calendar: NodeHealth['calendar'] }) {
  const facts = { year: calendar.lastPublishedYear ?? '' }
  const words = calendar.provisional ? 'health.calendar.provisional' : calendar.invented ? 'health.calendar.invented' : 'health.calendar.ok'
  return <Fact name={admin('health.calendar')} words={admin(words, facts)} bad={calendar.provisional} />
}

function Fact({ name, words, bad = false }: { name: string; words: string; bad?: boolean }) {
  return <div class={bad ? 'note over' : undefined}><dt>{name}</dt><dd>{words}</dd></div>
}
