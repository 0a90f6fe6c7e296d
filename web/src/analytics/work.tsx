/** How long tasks wait for somebody and how long they are worked on: hatched is waiting, solid is working. */
import type { Row, Statistics } from '../api/analytics'
import { sta } from '../i18n/analytics'
import { length } from './words'

export const WAYS = ['step', 'post', 'department'] as const
export type Way = (typeof WAYS)[number]
const SHOWN = 12

const whole = ({ figures }: Row): number => (figures?.waited ?? 0) + (figures?.worked ?? 0)

function rowsOf(statistics: Statistics, by: Way): { name: string; row: Row }[] {
  const rows = { step: statistics.steps, post: statistics.posts, department: statistics.departments }[by]
  return rows
    .filter((row) => row.figures && whole(row) > 0)
    .map((row) => ({ row, name: by === 'step' ? row.step!.name : by === 'post' ? row.post! : `${row.institution?.name ?? ''} ${row.department}` }))
    .sort((one, other) => whole(other.row) - whole(one.row))
    .slice(0, SHOWN)
}

export function Work({ statistics, by, way }: { statistics: Statistics; by: Way; way: (by: Way) => string }) {
  const rows = rowsOf(statistics, by)
  const most = Math.max(1, ...rows.map(({ row }) => whole(row)))
  const longest = [...rows].sort((one, other) => (other.row.figures!.waited ?? 0) - (one.row.figures!.waited ?? 0))[0]
  const waits = longest && (longest.row.figures!.waited ?? 0) > 0
  return (
    <section>
      <div class="fx">
        <h2>{sta('work')}</h2>
        <span class="push fx s" role="group" aria-label={sta('work.by')}>
          {WAYS.map((name) => <a key={name} href={way(name)} class="btn q sm" aria-current={by === name ? 'true' : undefined}>{sta(name)}</a>)}
        </span>
      </div>
      <p class="s d2 an-finding">{waits && sta('work.longest', { name: longest.name, waited: length(longest.row.figures!.waited) })} {sta('work.about')}</p>
      <table class="an-bars">
        <caption class="vh">{sta('work')}</caption>
        <thead class="vh"><tr><th scope="col">{sta(by)}</th><th scope="col" /><th scope="col">{sta('work.waited')}{sta('and')}{sta('work.worked')}</th></tr></thead>
        <tbody>
          {rows.map(({ name, row }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="an-scale">
                <div class="an-bar" style={`width:${Math.max(1, (100 * whole(row)) / most)}%`} aria-hidden="true">
                  <i class="an-waited" style={`flex:${row.figures!.waited ?? 0}`} /><i class="an-worked" style={`flex:${row.figures!.worked ?? 0}`} />
                </div>
              </td>
              <td class="r s d2">{sta('work.line', { waited: length(row.figures!.waited), worked: length(row.figures!.worked) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
