/** Why somebody sees a case, or does not: the grounds of the visibility rule, and nothing of what the case is about. */
import { useSignal } from '@preact/signals'
import { explainSight, type Sight } from '../api/security'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined } from '../i18n'
import { admin } from '../i18n/administration'

export default function SightPage() {
  const answer = useSignal<Sight | null>(null)
  const error = useSignal('')
  const ask = async (form: HTMLFormElement) => {
    const given = new FormData(form)
    answer.value = null
    error.value = ''
    try {
      answer.value = await explainSight(String(given.get('person')).trim(), String(given.get('number')).trim())
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <>
      <p class="d2">{admin('sight.hint')}</p>
      <form class="filters" onSubmit={(event) => {
        event.preventDefault()
        void ask(event.currentTarget)
      }}>
        <label class="fld"><span class="l">{admin('sight.person')}</span><input class="in" name="person" required maxLength={60} /></label>
        <label class="fld"><span class="l">{admin('audit.number')}</span><input class="in" name="number" required maxLength={60} /></label>
        <button type="submit" class="btn pri">{admin('sight.ask')}</button>
      </form>
      {error.value && <p class="err" role="alert">{error.value}</p>}
      <div role="status">{answer.value && <Answer sight={answer.value} />}</div>
    </>
  )
}

function Answer({ sight }: { sight: Sight }) {
  const chairs = sight.chairs.map(({ institution, post }) => `${institution} ${post}`)
  return (
    <div class="st">
      <p>{admin('sight.chairs')} <b>{chairs.length ? joined(...chairs) : admin('sight.nochair')}</b></p>
      {!sight.active && <p class="note soon">{admin('sight.inactive')}</p>}
      {sight.cases.map((found) => (
        <section key={found.instance} class="card st">
          <h2 class="small">{admin(found.visible ? 'sight.yes' : 'sight.no', { name: sight.name })}</h2>
          <dl class="facts-list">
            <div><dt>{admin('sight.reasons')}</dt><dd>{found.reasons.length ? joined(...found.reasons.map((reason) => admin(`ground.${reason}`))) : admin('sight.none')}</dd></div>
            <div><dt>{admin('sight.institutions')}</dt><dd>{joined(...found.institutions.map(({ institution, until, ofPerson }) =>
              `${institution}${ofPerson ? ` (${admin('sight.own')})` : ''}${until ? ` ${admin('sight.until', { at: when(until, now.value) })}` : ''}`))}</dd></div>
          </dl>
          {!found.takesPart && found.reasons.length > 0 && <p class="note">{admin('sight.outside')}</p>}
        </section>
      ))}
    </div>
  )
}
