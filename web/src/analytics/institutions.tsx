/** On-time rates of the institutions as dots on one scale, with the target as a line and the period before as an empty dot. */
import type { Row, Statistics } from '../api/analytics'
import { sta } from '../i18n/analytics'
import type { Period } from './period'
import { finding, limitOf } from './words'

const MOST = 100
/** The scale begins at a round number below every dot. */
function least(rows: Row[], target: number): number {
  const known = rows.flatMap(({ figures, before }) => [figures?.onTimeShare, before?.onTimeShare]).filter((value) => value != null)
  return Math.max(0, Math.floor((Math.min(target - 10, ...known) - 1) / 10) * 10)
}

export function Institutions({ statistics, period, narrow }: { statistics: Statistics; period: Period; narrow: (code: string) => string }) {
  const rows = statistics.institutions.filter(({ institution }) => institution)
  const from = least(rows, statistics.target)
  const at = (value: number) => `--v:${(100 * (value - from)) / (MOST - from)}`
  const target = `--g:${(100 * (statistics.target - from)) / (MOST - from)}`
  const limit = limitOf(statistics)
  return (
    <section>
      <h2>{sta('byInstitution')}</h2>
      <p class="s d2 an-finding">{finding(statistics)}</p>
      <table class="an-dots">
        <caption class="vh">{sta('byInstitution')}</caption>
        <thead>
          <tr class="s d">
            <th scope="col"><span class="vh">{sta('institution')}</span></th>
            <th scope="col" class="an-scale"><span class="an-axis" style={target}><span>{from}</span><span>{sta('target.at', { target: statistics.target })}</span><span>{MOST}</span></span></th>
            <th scope="col" class="r">{sta(`this.${period.kind}`)}</th>
            <th scope="col" class="r vh-phone">{sta(`before.${period.kind}`)}</th>
            <th scope="col" class="r">{sta('tasks')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ institution, figures, before, tasks }) => {
            const value = figures?.onTimeShare ?? null
            const bad = value !== null && value < limit
            return (
              <tr key={institution!.code}>
                <th scope="row" class="nw"><a href={narrow(institution!.code)}>{institution!.name}</a></th>
                <td class="an-scale">
                  <div class="dot" style={target} aria-hidden="true">
                    {before?.onTimeShare != null && <i class="p" style={at(before.onTimeShare)} />}
                    {value !== null && <i class={bad ? 'bad' : ''} style={at(value)} />}
                  </div>
                </td>
                <td class="r nw"><b class={bad ? 'hot' : ''}>{value?.toFixed(1) ?? '–'}</b></td>
                <td class="r d s nw vh-phone">{before?.onTimeShare?.toFixed(1) ?? '–'}</td>
                <td class="r d s nw">{tasks}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <p class="s d2 fx an-legend" aria-hidden="true">
        <span class="fx"><span class="dot lg"><i style="--v:50" /></span>{sta(`this.${period.kind}`)}</span>
        <span class="fx"><span class="dot lg"><i class="p" style="--v:50" /></span>{sta(`before.${period.kind}`)}</span>
        <span class="fx"><span class="dot lg"><i class="bad" style="--v:50" /></span>{sta('legend.below', { limit })}</span>
      </p>
      {rows.some(({ figures, tasks }) => !figures && tasks > 0) && <p class="s d">{sta('none.figures.hint', { n: statistics.least })}</p>}
    </section>
  )
}
