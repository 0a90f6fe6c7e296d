/** 绩效: how often terms were missed in a period, by institution, post, step or person; what the county lists, it can also take away as a file. */
import { useSignal } from '@preact/signals'
import { lateness, type Grouping, type Lateness } from '../api/administration'
import { now } from '../clock/now'
import { momentOf } from '../clock/words'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { joined } from '../i18n'
import { admin } from '../i18n/administration'
import { InstitutionChoice } from './institution-choice'

const WAYS: Grouping[] = ['institution', 'post', 'step', 'process', 'person']
const COUNTS = ['overdue', 'escalated', 'counted', 'unanswered'] as const

export default function LatenessPage() {
  const { year, month, day } = momentOf(now.value)
  const two = (number: number): string => String(number).padStart(2, '0')
  const first = useSignal(`${year}-${two(month)}-01`)
  const last = useSignal(`${year}-${two(month)}-${two(day)}`)
  const by = useSignal<Grouping>('institution')
  const institution = useSignal('')
  const query = { first: first.value, last: last.value, by: by.value, institution: institution.value }
  const found = useResource(JSON.stringify(query), () => lateness(query))
  const rows = found.content.value
  return (
    <>
      <p class="d2">{admin('lateness.hint')}</p>
      <div class="filters">
        <label class="fld"><span class="l">{admin('lateness.first')}</span><input class="in" type="date" value={first.value} onChange={(event) => (first.value = event.currentTarget.value)} /></label>
        <label class="fld"><span class="l">{admin('lateness.last')}</span><input class="in" type="date" value={last.value} onChange={(event) => (last.value = event.currentTarget.value)} /></label>
        <label class="fld"><span class="l">{admin('lateness.by')}</span>
          <select class="in" value={by.value} onChange={(event) => (by.value = event.currentTarget.value as Grouping)}>{WAYS.map((way) => <option key={way} value={way}>{admin(`lateness.by.${way}`)}</option>)}</select>
        </label>
        <InstitutionChoice value={institution.value} set={(code) => (institution.value = code)} none={admin('lateness.everywhere')} />
        {rows && rows.length > 0 && <button type="button" class="btn" onClick={() => download(rows, by.value, query)}>{admin('lateness.export')}</button>}
      </div>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {found.error.value === null && rows?.length === 0 && <Empty title={admin('lateness.none')} hint={admin('lateness.none.hint')} />}
      {found.error.value === null && rows && rows.length > 0 && <Rows rows={rows} by={by.value} />}
    </>
  )
}

function nameOf(row: Lateness, by: Grouping): string {
  if (by === 'institution') return row.institution ?? admin('lateness.nowhere')
  if (by === 'post') return joined(row.institution, row.post ?? admin('lateness.nobody'))
  if (by === 'person') return joined(row.person ?? admin('lateness.nobody'), row.post, row.institution)
  return by === 'step' ? joined(row.process, row.step) : (row.process ?? '')
}

function Rows({ rows, by }: { rows: Lateness[]; by: Grouping }) {
  const most = Math.max(...rows.map(({ overdue }) => overdue), 1)
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={admin('lateness')}>
      <table class="tbl">
        <caption class="vh">{admin('lateness')}</caption>
        <thead><tr><th scope="col">{admin(`lateness.by.${by}`)}</th>{COUNTS.map((count) => <th key={count} scope="col" class="r">{admin(`lateness.${count}`)}</th>)}<th scope="col"><span class="vh">{admin('lateness.share')}</span></th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={nameOf(row, by)}>
              <th scope="row">{nameOf(row, by)}</th>
              {COUNTS.map((count) => <td key={count} class="r">{row[count]}</td>)}
              <td class="share" aria-hidden="true"><meter max={most} value={row.overdue} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A file that office programs open in Chinese; a text that could be read as a formula is kept a text. */
function download(rows: Lateness[], by: Grouping, { first, last }: { first: string; last: string }): void {
  const heads = [admin(`lateness.by.${by}`), ...COUNTS.map((count) => admin(`lateness.${count}`))]
  const lines = [heads, ...rows.map((row) => [nameOf(row, by), ...COUNTS.map((count) => String(row[count]))])]
  const text = lines.map((cells) => cells.map((cell) => `"${cell.replace(/^[=+\-@\t]/, "'$&").replaceAll('"', '""')}"`).join(',')).join('\r\n')
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' })), download: `lateness-${by}-${first}-${last}.csv` })
  link.click()
  URL.revokeObjectURL(link.href)
}
