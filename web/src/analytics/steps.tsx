/** Every step with its figures, for who wants the numbers themselves. */
import type { Statistics } from '../api/analytics'
import { sta } from '../i18n/analytics'
import { length } from './words'

export function Steps({ statistics, narrow }: { statistics: Statistics; narrow: (step: string) => string }) {
  return (
    <section>
      <h2>{sta('steps')}</h2>
      <p class="s d2 an-finding">{sta('steps.about')}</p>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={sta('steps')}>
        <table class="tbl">
          <caption class="vh">{sta('steps')}</caption>
          <thead>
            <tr>
              <th scope="col">{sta('step')}</th>
              {(['tasks', 'share', 'work.waited', 'work.worked', 'median', 'p90', 'returned'] as const).map((head) => <th key={head} scope="col" class="r">{sta(head)}</th>)}
            </tr>
          </thead>
          <tbody>
            {statistics.steps.map(({ step, tasks, figures }) => (
              <tr key={`${step!.process}.${step!.element}`}>
                <th scope="row"><a href={narrow(`${step!.process}.${step!.element}`)}>{step!.name}</a></th>
                <td class="r">{tasks}</td>
                <td class={`r${figures?.onTimeShare != null && figures.onTimeShare < statistics.target ? ' hot' : ''}`}>{figures?.onTimeShare?.toFixed(1) ?? '–'}</td>
                {[figures?.waited, figures?.worked, figures?.median, figures?.p90].map((seconds, at) => <td key={at} class="r nw">{seconds == null ? '–' : length(seconds)}</td>)}
                <td class="r">{figures?.returned ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
