/** Red while due dates rest on a year whose working days nobody has imported. */
import { nodeHealth } from '../api/health'
import { Icon } from '../frame/icon'
import { useResource } from '../frame/resource'
import { op } from '../i18n/operations'
import { can } from '../session/session'

export function CalendarNote() {
  const health = useResource('health', nodeHealth).content.value
  if (!health?.calendar.provisional) return null
  return (
    <p class="note over fx" role="alert">
      <Icon name="alert" />
      <span>{op('calendar.provisional', { year: health.calendar.lastPublishedYear ?? '' })}</span>
      {can('administrate') && <a class="push" href="/administration/calendars">{op('calendar.import')}</a>}
    </p>
  )
}
