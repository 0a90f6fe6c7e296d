/** Cases as tables on the desk and as cards on the phone. */
import type { InstanceRow, NowStep } from '../api/types'
import { now } from '../clock/now'
import { TermMark } from '../clock/ruler'
import { span, when } from '../clock/words'
import { narrow } from '../frame/media'
import { Seal } from '../frame/seal'
import { joined, t } from '../i18n'
import { subjectOf, withoutSuffix } from '../inbox/row'

/** What the server writes where no person and no partner has a step. */
const NOBODY = '—'

const titleOf = (row: InstanceRow): string => subjectOf({ subject: row.subject, process: row.process, instance: row })

function About({ row }: { row: InstanceRow }) {
  return (
    <span class="about">
      <Seal urgency={row.urgency} />
      <span>
        <a class="plain" href={`/cases/${row.id}`}>{titleOf(row)}</a>
        <span class="s d block">{joined(row.process.name, row.number)}</span>
      </span>
    </span>
  )
}

function Since({ step }: { step: NowStep }) {
  return <>{t('mine.since.text', { time: when(step.since, now.value), span: span(now.value - Date.parse(step.since)) })}</>
}

const termOf = (step: NowStep) => ({ dueAt: step.dueAt, createdAt: step.since, level: step.level })

/** The step that presses most stands for the case; the others are counted. */
function pressing(steps: NowStep[]): NowStep | undefined {
  return [...steps].sort((a, b) => b.level - a.level || (a.dueAt ?? '9').localeCompare(b.dueAt ?? '9'))[0]
}

/** In whose hands it is; where no person has it, why. */
export function Holder({ row, step }: { row: Pick<InstanceRow, 'state'>; step: NowStep | undefined }) {
  if (step && step.holder !== NOBODY) return <b>{withoutSuffix(step.holder)}</b>
  return <span class="d2">{t(row.state === 'incident' || row.state === 'suspended' ? `state.${row.state}` : 'case.system.wait')}</span>
}

export function Open({ rows }: { rows: InstanceRow[] }) {
  if (narrow.value) return <ul class="cases">{rows.map((row) => <li key={row.id}><Card row={row} /></li>)}</ul>
  return (
    <table class="tbl cases">
      <caption class="vh">{t('mine.table')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('mine.subject')}</th>
          <th scope="col">{t('mine.holder')}</th>
          <th scope="col">{t('mine.since')}</th>
          <th scope="col">{t('mine.step')}</th>
          <th scope="col" class="r">{t('mine.term')}</th>
        </tr>
      </thead>
      <tbody>{rows.map((row) => <Line key={row.id} row={row} />)}</tbody>
    </table>
  )
}

function Line({ row }: { row: InstanceRow }) {
  const step = pressing(row.now)
  return (
    <tr>
      <th scope="row"><About row={row} /></th>
      <td><Holder row={row} step={step} /></td>
      <td>{step ? <Since step={step} /> : when(row.startedAt, now.value)}</td>
      <td>{step && <><b class="pen">{step.step}</b>{row.now.length > 1 && <span class="s d block">{t('mine.parallel', { n: row.now.length - 1 })}</span>}</>}</td>
      <td class="r">{step && <TermMark task={termOf(step)} />}</td>
    </tr>
  )
}

function Card({ row }: { row: InstanceRow }) {
  const step = pressing(row.now)
  return (
    <div class="case">
      <About row={row} />
      {step ? (
        <div class="fx between">
          <span><Holder row={row} step={step} /><span class="s d2 block">{step.step}{t('comma')}<Since step={step} /></span></span>
          <TermMark task={termOf(step)} />
        </div>
      ) : <p class="s"><Holder row={row} step={step} /></p>}
    </div>
  )
}

export function Ended({ rows }: { rows: InstanceRow[] }) {
  return (
    <section>
      <h2 class="small">{t('mine.ended')}</h2>
      <table class="tbl ended">
        <caption class="vh">{t('mine.ended')}</caption>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row"><About row={row} /></th>
              <td class="d2">{row.endedAt && t('mine.ended.text', { at: when(row.endedAt, now.value), span: span(Date.parse(row.endedAt) - Date.parse(row.startedAt)) })}</td>
              <td class="d2 r">{t(`state.${row.state}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
