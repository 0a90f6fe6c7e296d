/** When a term ends: so that a calendar can be tried out before anybody relies on it. */
import { useSignal } from '@preact/signals'
import { reckonTerm } from '../../api/calendars'
import { sentence } from '../../api/problem'
import { momentOf } from '../../clock/words'
import { admin, type AdminKey } from '../../i18n/administration'
import { InstitutionChoice } from '../institution-choice'

/** The community's clocks, wherever the browser is. */
const ZONE = '+08:00'
const TERMS = ['PT30M', 'PT4H', 'P1D', 'P3D', 'P5D', 'P10D']

export function Term({ codes }: { codes: [string, string][] }) {
  const answer = useSignal('')
  const error = useSignal('')
  const institution = useSignal('')
  const ask = async (form: HTMLFormElement) => {
    const given = new FormData(form)
    answer.value = error.value = ''
    try {
      const found = await reckonTerm(String(given.get('code')), String(given.get('term')).trim(), `${String(given.get('start'))}:00${ZONE}`, institution.value)
      answer.value = admin(found.provisional ? 'term.provisional' : 'term.answer', { at: exact(found.dueAt) })
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <section class="st">
      <h2 class="small">{admin('term')}</h2>
      <form class="filters" onSubmit={(event) => {
        event.preventDefault()
        void ask(event.currentTarget)
      }}>
        <label class="fld"><span class="l">{admin('hours.calendar')}</span><select class="in" name="code">{codes.map(([code, name]) => <option key={code} value={code}>{name}</option>)}</select></label>
        <label class="fld"><span class="l">{admin('term.length')}</span><input class="in mono" name="term" list="term-lengths" required maxLength={64} defaultValue="PT4H" /></label>
        <datalist id="term-lengths">{TERMS.map((term) => <option key={term} value={term} />)}</datalist>
        <label class="fld"><span class="l">{admin('term.start')}</span><input class="in" name="start" type="datetime-local" required /></label>
        <InstitutionChoice value={institution.value} set={(next) => (institution.value = next)} none={admin('hours.community')} />
        <button type="submit" class="btn">{admin('term.ask')}</button>
      </form>
      <p role="status">{answer.value && <b>{answer.value}</b>}</p>
      {error.value && <p class="err" role="alert">{error.value}</p>}
    </section>
  )
}

function exact(at: string): string {
  const { year, month, day, hour, minute, weekday } = momentOf(Date.parse(at))
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')} ${admin(`weekday.${weekday}` as AdminKey)} ${hour}:${minute}`
}
