/** 到点未办: what the clock will do, at which time, if nobody acts. */
import type { LadderStep } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { either, t } from '../i18n'

export function Ladder({ steps }: { steps: LadderStep[] }) {
  if (!steps.length) return null
  return (
    <section class="ladder">
      <h2>{t('ladder.title')}</h2>
      <ul>
        {steps.map((step) => (
          <li key={step.at + step.kind} class={step.done ? 'done' : ''}>
            <time dateTime={step.at}>{when(step.at, now.value)}</time>
            <span>{either(step.text, step.textEn)}{step.done && <span class="vh">{t('comma')}{t('ladder.done')}</span>}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
