/** What the clock will do, the next first. */
import type { Job } from '../api/operated-types'
import { jobs } from '../api/operations'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined } from '../i18n'
import { op, type OpKey } from '../i18n/operations'
import { OperationsList } from './list'

const STATES: Record<string, OpKey> = { pending: 'job.pending', running: 'job.running', failed: 'job.failed', suspended: 'job.suspended' }

/** All of them, or those of one case. */
export function Jobs({ instance }: { instance?: string }) {
  return (
    <OperationsList<Job> name={`jobs ${instance ?? ''}`} fetch={(cursor) => jobs(cursor, instance ? { instance } : {})} caption="jobs" empty={['empty.jobs', 'empty.jobs.hint']}
      heads={['kind', 'due', 'number', 'state']}>
      {(job) => (
        <tr key={job.id}>
          <th scope="row" class="mono">{job.kind}</th>
          <td class="nw">{when(job.dueAt, now.value)}</td>
          <td>{job.instance && <a href={`/operations/instances/${job.instance.id}`}>{job.instance.number ?? op('case.unnumbered')}</a>}</td>
          <td class="d2">{joined(STATES[job.state] ? op(STATES[job.state]!) : job.state, job.attempts > 0 && op('retries', { n: job.retries }))}
            {job.error && <span class="s block">{job.error}</span>}</td>
        </tr>
      )}
    </OperationsList>
  )
}
