/** What the clock will do, the next first. */
import type { Job } from '../api/operated-types'
import { jobs, setTimer } from '../api/operations'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined } from '../i18n'
import { op, type OpKey } from '../i18n/operations'
import { say } from '../frame/toast'
import { useSignal } from '@preact/signals'
import { giveHint } from '../live/hints'
import { OperationsList } from './list'
import { ReasonDialog } from './reason'

const STATES: Record<string, OpKey> = { pending: 'job.pending', running: 'job.running', failed: 'job.failed', suspended: 'job.suspended' }

/** All of them, or those of one case. */
export function Jobs({ instance }: { instance?: string }) {
  return (
    <OperationsList<Job> name={`jobs ${instance ?? ''}`} fetch={(cursor) => jobs(cursor, instance ? { instance } : {})} caption="jobs" empty={['empty.jobs', 'empty.jobs.hint']}
      heads={['kind', 'due', 'number', 'state', 'actions']}>
      {(job, reload) => (
        <tr key={job.id}>
          <th scope="row" class="mono">{job.kind}</th>
          <td class="nw">{when(job.dueAt, now.value)}</td>
          <td>{job.instance && <a href={`/operations/instances/${job.instance.id}`}>{job.instance.number ?? op('case.unnumbered')}</a>}</td>
          <td class="d2">{joined(STATES[job.state] ? op(STATES[job.state]!) : job.state, job.attempts > 0 && op('retries', { n: job.retries }))}
            {job.error && <span class="s block">{job.error}</span>}</td>
          <td class="r">{job.kind === 'timer' && job.state === 'pending' && job.instance && <SetTimer job={job} instance={job.instance.id} done={reload} />}</td>
        </tr>
      )}
    </OperationsList>
  )
}

/** Has a timer fire at another time, with the reason that the audit trail keeps. */
function SetTimer({ job, instance, done }: { job: Job; instance: string; done: () => void }) {
  const open = useSignal(false)
  const at = useSignal(local(job.dueAt))
  const send = async (reason: string) => {
    const dueAt = new Date(`${at.value}:00${ZONE}`).toISOString()
    await setTimer(instance, job.id, { dueAt, reason })
    say(op('timer.done', { at: when(dueAt, now.value) }))
    giveHint('tasks')
    done()
  }
  return (
    <>
      <button type="button" class="btn sm" onClick={() => (open.value = true)}>{op('timer.set')}</button>
      {open.value && (
        <ReasonDialog title={op('timer.title')} hint={op('timer.hint')} action={op('timer.set')} onSend={send} onClose={() => (open.value = false)}>
          <label class="fld"><span class="l">{op('timer.due')}</span>
            <input class="in" type="datetime-local" required value={at.value} data-autofocus="" onInput={(event) => (at.value = event.currentTarget.value)} /></label>
        </ReasonDialog>
      )}
    </>
  )
}

const ZONE = '+08:00'

/** An instant as the county's clock shows it, for a field of date and time. */
function local(iso: string): string {
  return new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(0, 16)
}
