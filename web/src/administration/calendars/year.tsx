/** One year as twelve months: what is off (休) and which weekend days are worked (班), by whom it was written and when. */
import { calendarYear, type YearDocument } from '../../api/calendars'
import { now } from '../../clock/now'
import { when } from '../../clock/words'
import { useResource } from '../../frame/resource'
import { Failed } from '../../frame/states'
import { joined } from '../../i18n'
import { admin, type AdminKey } from '../../i18n/administration'

const MONTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0]
const DAY_MS = 86_400_000
const iso = (year: number, month: number, day: number): string => `${year}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`

export function Year({ year }: { year: number }) {
  const found = useResource(`year ${year}`, () => calendarYear(year))
  const state = found.content.value
  if (!state) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const off = daysOff(state.document)
  const worked = new Set(state.document.workingDays)
  return (
    <section class="st" aria-label={String(year)}>
      <p class="s d2">{joined(state.document.source, admin('calendars.version', { n: state.version }), admin('calendars.legend'))}</p>
      <div class="year">{MONTHS.map((month) => <Month key={month} year={year} month={month} off={off} worked={worked} />)}</div>
      <dl class="holidays">
        {state.document.holidays.map(({ name, from, to }) => <div key={from}><dt>{name}</dt><dd>{from === to ? from : admin('calendars.span', { from, to })}</dd></div>)}
        <div><dt>{admin('calendars.worked')}</dt><dd>{state.document.workingDays.join(admin('and'))}</dd></div>
      </dl>
      <details>
        <summary>{admin('calendars.history', { n: state.history.length })}</summary>
        <ul>{state.history.map((entry) => <li key={entry.version} class="s">{joined(admin('calendars.version', { n: entry.version }), entry.source, entry.madeBy, entry.madeAt && when(entry.madeAt, now.value))}</li>)}</ul>
      </details>
    </section>
  )
}

/** Every day of every holiday, with its name. */
function daysOff({ holidays }: YearDocument): Map<string, string> {
  const found = new Map<string, string>()
  for (const { name, from, to } of holidays) {
    for (let day = Date.parse(`${from}T00:00:00Z`); day <= Date.parse(`${to}T00:00:00Z`); day += DAY_MS) found.set(new Date(day).toISOString().slice(0, 10), name)
  }
  return found
}

function Month({ year, month, off, worked }: { year: number; month: number; off: Map<string, string>; worked: Set<string> }) {
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const lead = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7
  const cells: (number | null)[] = [...Array<null>(lead).fill(null), ...Array.from({ length: days }, (_, at) => at + 1)]
  while (cells.length % 7) cells.push(null)
  const weeks = Array.from({ length: cells.length / 7 }, (_, at) => cells.slice(at * 7, at * 7 + 7))
  return (
    <table class="month">
      <caption>{admin(`month.${month + 1}` as AdminKey)}</caption>
      <thead><tr>{WEEKDAYS.map((weekday) => <th key={weekday} scope="col">{admin(`weekday.${weekday}` as AdminKey)}</th>)}</tr></thead>
      <tbody>
        {weeks.map((week, at) => (
          <tr key={at}>
            {week.map((day, column) => (day === null ? <td key={column} /> : <Day key={column} day={day} name={off.get(iso(year, month, day))} worked={worked.has(iso(year, month, day))} weekend={column > 4} />))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Day({ day, name, worked, weekend }: { day: number; name: string | undefined; worked: boolean; weekend: boolean }) {
  if (worked) return <td class="worked" title={admin('calendars.worked')}>{day}<b>{admin('calendars.work')}</b></td>
  if (name) return <td class="off" title={name}>{day}<b>{admin('calendars.off')}</b></td>
  return <td class={weekend ? 'weekend' : ''}>{day}</td>
}
