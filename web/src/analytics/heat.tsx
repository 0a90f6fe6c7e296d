/** How much of its term each step needs in each institution: the bottlenecks. */
import type { Row, Statistics } from '../api/analytics'
import { sta } from '../i18n/analytics'
import { heatOf } from './words'

const TINTS = ['h0', 'h1', 'h2', 'h3', 'h4'] as const
const nameOf = ({ step }: Row): string => `${step!.process}.${step!.element}`

export function Heat({ statistics, narrow }: { statistics: Statistics; narrow: (step: string) => string }) {
  const cells = statistics.cells.filter(({ figures }) => figures?.used != null)
  const columns = statistics.choices.filter(({ code }) => cells.some(({ institution }) => institution?.code === code))
  const rows = statistics.steps.filter((step) => cells.some((cell) => nameOf(cell) === nameOf(step)))
  const found = new Map(cells.map((cell) => [`${nameOf(cell)} ${cell.institution!.code}`, cell.figures!]))
  const far = statistics.steps.reduce((sum, { figures }) => sum + (figures?.far ?? 0), 0)
  return (
    <section>
      <h2>{sta('heat')}</h2>
      <p class="s d2 an-finding">{rows.length ? sta('heat.about') : sta('heat.none')}</p>
      {rows.length > 0 && (
        <div class="table-scroll" tabIndex={0} role="group" aria-label={sta('heat')}>
          <table class="tbl heat">
            <caption class="vh">{sta('heat')}</caption>
            <thead><tr><th scope="col"><span class="vh">{sta('step')}</span></th>{columns.map(({ code, name }) => <th key={code} scope="col">{name}</th>)}</tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={nameOf(row)}>
                  <th scope="row"><a href={narrow(nameOf(row))}>{row.step!.name}</a></th>
                  {columns.map(({ code }) => {
                    const used = found.get(`${nameOf(row)} ${code}`)?.used
                    return <td key={code} class={used == null ? 'd' : heatOf(used)}>{used ?? '–'}</td>
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > 0 && (
        <p class="s d2 fx an-legend">
          {TINTS.map((tint) => <span key={tint} class={`${tint} tag`}>{sta(tint)}</span>)}
          {far > 0 && <span class="push">{sta('heat.far', { n: far })}</span>}
        </p>
      )}
    </section>
  )
}
