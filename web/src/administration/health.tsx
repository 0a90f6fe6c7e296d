/** The condition of the whole: what has stopped, what is late, what could not be told. Red is what somebody must do something about. */
import { useEffect } from 'preact/hooks'
import { condition, type Condition } from '../api/administration'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { Icon } from '../frame/icon'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { admin } from '../i18n/administration'

const EVERY_MS = 15_000

interface Fact {
  name: string
  words: string
  bad: boolean
  to?: string
}

export default function HealthPage() {
  const found = useResource('condition', condition)
  useEffect(() => {
    const timer = setInterval(() => void found.load(), EVERY_MS)
    return () => clearInterval(timer)
  }, [found])
  const state = found.content.value
  if (!state || found.error.value !== null) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const facts = factsOf(state)
  const bad = facts.filter((fact) => fact.bad).length
  return (
    <>
      <p role="status" class={`note ${bad ? 'over' : ''} fx`}>{bad > 0 && <Icon name="alert" />}<b>{bad ? admin('health.bad', { n: bad }) : admin('health.good')}</b></p>
      <dl class="facts-list">
        {facts.map((fact) => (
          <div key={fact.name}><dt>{fact.name}</dt><dd class={fact.bad ? 'hot' : ''}>{fact.to ? <a href={fact.to}>{fact.words}</a> : fact.words}</dd></div>
        ))}
      </dl>
    </>
  )
}

function factsOf(state: Condition): Fact[] {
  const { calendar } = state
  const calendarWords = calendar.provisional ? 'health.calendar.provisional' : calendar.invented ? 'health.calendar.invented' : 'health.calendar.ok'
  const count = (n: number): string => admin('health.count', { n })
  return [
    { name: admin('health.database'), words: admin('health.database.ok', { kind: state.database === 'sqlite' ? 'SQLite' : 'PostgreSQL' }), bad: false },
    { name: admin('health.calendar'), words: admin(calendarWords, { year: calendar.lastPublishedYear ?? '' }), bad: calendar.provisional },
    { name: admin('health.worker'), words: state.oldestLate ? admin('health.worker.late', { n: state.jobsLate, at: when(state.oldestLate, now.value) }) : admin('health.worker.ok', { n: state.jobsWaiting }), bad: state.jobsLate > 0, to: '/operations/jobs' },
    { name: admin('health.incidents'), words: count(state.incidents), bad: state.incidents > 0, to: '/operations' },
    { name: admin('health.failed'), words: count(state.jobsFailed), bad: state.jobsFailed > 0, to: '/operations/jobs' },
    { name: admin('health.messages'), words: count(state.deadMessages), bad: state.deadMessages > 0, to: '/operations/messages' },
    { name: admin('health.suspended'), words: count(state.suspended), bad: false, to: '/operations/instances?state=suspended' },
    { name: admin('health.deliveries'), words: admin('health.deliveries.n', { waiting: state.deliveriesWaiting, failed: state.deliveriesFailed }), bad: state.deliveriesFailed > 0, to: '/administration/channels' },
  ]
}
