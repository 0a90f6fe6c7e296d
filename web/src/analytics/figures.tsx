/** The figures at the top: each a number, what it is, and what to hold it against. */
import type { ComponentChildren } from 'preact'
import type { Statistics } from '../api/analytics'
import { span } from '../clock/words'
import { sta } from '../i18n/analytics'
import type { Period } from './period'
import { length, share } from './words'

export function FigureRow({ statistics, period }: { statistics: Statistics; period: Period }) {
  const { cases, total, target } = statistics
  const { figures, before, now, escalated } = total
  const waited = figures?.waited ?? 0
  const worked = figures?.worked ?? 0
  const [, two, three] = escalated ?? [0, 0, 0]
  return (
    <section class="an-figures" aria-label={sta('figures')}>
      <Figure words={sta('onTime')} value={figures?.onTimeShare?.toFixed(1)} unit="%">
        {before?.onTimeShare != null
          ? sta('onTime.about', { before: sta(`before.${period.kind}`), share: before.onTimeShare.toFixed(1), target })
          : sta('onTime.target', { target })}
      </Figure>
      <Figure words={sta('cases')} value={cases.median === null ? undefined : span(cases.median * 1000)}>
        {cases.p90 === null ? sta('cases.none', { n: cases.ended }) : sta('cases.about', { p90: span(cases.p90 * 1000, true), open: length(cases.openMedian) })}
      </Figure>
      <Figure words={sta('waiting')} value={figures && waited + worked > 0 ? share(waited, waited + worked) : undefined} unit="%">
        {figures ? sta('waiting.about', { waited: length(waited), worked: length(worked) }) : sta('none.figures', { n: statistics.least })}
      </Figure>
      <Figure words={sta('escalated')} value={two} unit={sta('unit.cases')}>{sta('escalated.about', { three })}</Figure>
      <Figure words={sta('firstPass')} value={cases.completed ? share(cases.firstPass, cases.completed) : undefined} unit="%">
        {sta('firstPass.about', { n: figures?.returned ?? 0 })}
      </Figure>
      <Figure words={sta('volume')} value={cases.started} unit={sta('unit.cases')}>{sta('volume.about', { ended: cases.ended, active: cases.active })}</Figure>
      <Figure words={sta('now')} value={now?.overdue ?? 0} unit={sta('unit.cases')} hot={(now?.overdue ?? 0) > 0}>
        {sta('now.about', { open: now?.open ?? 0, soon: now?.soon ?? 0 })}
      </Figure>
    </section>
  )
}

function Figure({ words, value, unit = '', hot = false, children }: { words: string; value: string | number | undefined; unit?: string; hot?: boolean; children: ComponentChildren }) {
  return (
    <div>
      <p class="s d2">{words}</p>
      <p class={`song an-number${hot ? ' hot' : ''}`}>{value ?? '–'}{value !== undefined && unit && <span class="s d"> {unit}</span>}</p>
      <p class="s d">{children}</p>
    </div>
  )
}
