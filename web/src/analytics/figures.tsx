/** The figures at the top: each a number, what it is, and what to hold it against. */
import type { ComponentChildren } from 'preact'
import type { Metric, Statistics } from '../api/analytics'
import { span } from '../clock/words'
import { joined } from '../i18n'
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

/** The figures that the process names itself. */
export function MetricRow({ statistics, period }: { statistics: Statistics; period: Period }) {
  if (!statistics.metrics.length) return null
  return (
    <section aria-label={sta('metrics')}>
      <h2>{sta('metrics')}</h2>
      <div class="an-figures an-metrics">
        {statistics.metrics.map((metric) => {
          const { share: value, median } = metric.now
          return (
            <Figure key={metric.id} words={metric.name} value={value === null ? (median === null ? undefined : span(median * 1000)) : value} unit={value === null ? '' : '%'} hot={missed(metric)}>
              {told(metric, period)}
            </Figure>
          )
        })}
      </div>
    </section>
  )
}

const missed = ({ now: { share: value }, target, lower }: Metric): boolean =>
  value !== null && target !== null && (lower ? value > target : value < target)

function told({ now, before, target, lower }: Metric, period: Period): string {
  const past = before.share ?? (before.median === null ? null : span(before.median * 1000))
  return joined(
    now.p90 !== null && sta('metrics.p90', { p90: span(now.p90 * 1000) }),
    past !== null && sta('metrics.before', { before: sta(`before.${period.kind}`), value: past }),
    target !== null && sta(lower ? 'metrics.atMost' : 'metrics.target', { target }),
    sta('metrics.rests', { n: now.counted }),
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
