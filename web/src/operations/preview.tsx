/** What an act would do, in words; nothing of it has happened. */
import type { Place, StepPreview } from '../api/operated-types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined, t } from '../i18n'
import { op, type OpKey } from '../i18n/operations'

export function Preview({ step, places }: { step: StepPreview; places: Place[] }) {
  const names = new Map(places.map(({ element, name }) => [element, name ?? element]))
  const named = (element: string): string => names.get(element) ?? element
  const lines: [OpKey, string[]][] = [
    ['would.open', step.tasksOpened.map(named)],
    ['would.close', step.tasksClosed.map(named)],
    ['would.create', step.tokensCreated.map(named)],
    ['would.cancel', step.tokensCancelled.map(named)],
    ['would.time', step.timersCreated.map(({ element, due }) => joined(named(element), when(due, now.value)))],
    ['would.untime', step.timersCancelled.map(({ element }) => named(element))],
    ['would.send', step.messages],
    ['would.write', step.variables],
  ]
  const said = lines.filter(([, what]) => what.length)
  return (
    <section class="preview" aria-label={op('preview')}>
      <h3>{op('preview')}</h3>
      <dl>
        {said.map(([key, what]) => <div key={key}><dt>{op(key)}</dt><dd>{what.join(t('comma.items'))}</dd></div>)}
        <div><dt>{op('would.state')}</dt><dd>{t(`state.${step.state}`)}</dd></div>
      </dl>
      {step.incidents.map((incident) => <p key={incident.element + incident.code} class="note over">{op('would.stop', { element: named(incident.element) })} {incident.message}</p>)}
    </section>
  )
}
