/** Calendars: the working days of each year with their history, the open hours of each place, and when a term ends by them. */
import { useSignal } from '@preact/signals'
import { calendars, type Calendars } from '../../api/calendars'
import { now } from '../../clock/now'
import { momentOf } from '../../clock/words'
import { useResource } from '../../frame/resource'
import { Failed } from '../../frame/states'
import { admin } from '../../i18n/administration'
import { HoursTable } from './hours'
import { ImportYear } from './import'
import { Term } from './term'
import { Year } from './year'

export default function CalendarsPage() {
  const found = useResource('calendars', calendars)
  const state = found.content.value
  if (!state) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  return <Content key={state.version} state={state} reload={() => void found.load()} />
}

function Content({ state, reload }: { state: Calendars; reload: () => void }) {
  const here = momentOf(now.value)
  const year = useSignal(state.years.some((row) => row.year === here.year) ? here.year : (state.years.at(-1)?.year ?? here.year))
  const importing = useSignal(false)
  const known = new Set(state.years.map((row) => row.year))
  // The State Council publishes the next year in November.
  const needed = [here.year, ...(here.month >= 11 ? [here.year + 1] : [])].filter((wanted) => !known.has(wanted))
  return (
    <>
      {needed.length > 0 && <p class="note over" role="alert">{admin('calendars.needed', { years: needed.join(admin('and')) })}</p>}
      <div class="fx">
        <div class="tabs" role="tablist" aria-label={admin('calendars.years')}>
          {state.years.map((row) => (
            <button key={row.year} type="button" role="tab" aria-selected={row.year === year.value} onClick={() => (year.value = row.year)}>
              {row.year}{row.invented && <span class="tag">{admin('calendars.invented')}</span>}
            </button>
          ))}
        </div>
        <button type="button" class="btn pri push" onClick={() => (importing.value = true)}>{admin('calendars.import')}</button>
      </div>
      {known.has(year.value) && <Year key={year.value} year={year.value} />}
      <HoursTable hours={state.hours} reload={reload} />
      <Term codes={[...new Map(state.hours.map(({ code, name }) => [code, name]))]} />
      {importing.value && <ImportYear onDone={reload} onClose={() => (importing.value = false)} />}
    </>
  )
}
