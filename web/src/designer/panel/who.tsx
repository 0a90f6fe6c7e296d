/** Who would receive the task, by the real rules on the real organisation, for a sender, a time and data that one chooses. */
import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { sentence } from '../../api/problem'
import { post } from '../../api/verbs'
import { joined } from '../../i18n'
import { des } from '../../i18n/designer'
import { session } from '../../session/session'
import { PersonPicker } from '../../administration/form'
import { design, files, unsaved } from '../state'
import type { Subject } from './element'

interface Found {
  people: { name: string; post: string | null; institution: string | null; why: string | null }[]
  gaps: string[]
}

const PAUSE_MS = 900
/** Who starts the case, when, and with which data: the same for every step, while one goes from one to the next. */
const sender = signal({ id: '', name: '' })
const at = signal('')
const data = signal('')

export function Who({ subject }: { subject: Subject }) {
  const found = useSignal<Found | null>(null)
  const error = useSignal('')
  const id = design.value?.id ?? ''
  const element = subject.model.id ?? ''
  const given = parsed(data.value)
  // Every edit asks anew; the contents are what the rules are read from.
  const contents = files.value
  useEffect(() => {
    if (given === undefined) return
    let late = false
    const timer = setTimeout(() => {
      const by = { person: sender.value.id || (session.value?.person.id ?? '') }
      post<Found>(`/designs/${encodeURIComponent(id)}/who`, { files: unsaved(), element, by, at: at.value ? new Date(at.value).toISOString() : null, data: given }).then(
        (answer) => !late && ((found.value = answer), (error.value = '')),
        (failure: unknown) => !late && ((found.value = null), (error.value = sentence(failure, 'load'))),
      )
    }, PAUSE_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [contents, element, sender.value, at.value, data.value])
  const answer = found.value
  return (
    <section class="who" aria-label={des('who')}>
      <h3>{des('who')}</h3>
      <details>
        <summary class="s">{joined(des('who.by', { name: sender.value.name || (session.value?.person.name ?? '') }), at.value || des('who.now'), data.value && des('who.data'))}</summary>
        <div class="st">
          <div class="fld"><label for="who-by">{des('who.sender')}</label><PersonPicker id="who-by" kind="colleague" chosen={sender.value.id} named={sender.value.name} onChoose={(id, name) => (sender.value = { id, name })} /></div>
          <label class="fld"><span class="l">{des('who.at')}</span><input class="in" type="datetime-local" value={at.value} onChange={(event) => (at.value = event.currentTarget.value)} /></label>
          <label class="fld"><span class="l">{des('who.values')}</span><textarea class="in mono" rows={3} spellcheck={false} placeholder='{"urgency": "U"}' value={data.value} aria-invalid={given === undefined} onInput={(event) => (data.value = event.currentTarget.value)} /></label>
          {given === undefined && <p class="err">{des('who.notJson')}</p>}
        </div>
      </details>
      <div role="status"><ul>
        {answer?.people.map(({ name, post: place, institution, why }, index) => (
          <li key={index}><span class="seal yes" aria-hidden="true">{index + 1}</span><span class="s"><b>{name}</b><br />{joined(institution, place, why)}</span></li>
        ))}
        {answer?.gaps.map((gap) => <li key={gap}><span class="seal wait" aria-hidden="true">?</span><span class="s soon">{gap}</span></li>)}
        {answer && !answer.people.length && !answer.gaps.length && <li class="s soon">{des('who.nobody')}</li>}
      </ul></div>
      {error.value && <p class="s d2">{error.value}</p>}
    </section>
  )
}

/** The data as an object; undefined where the text is none. */
function parsed(text: string): object | undefined {
  if (!text.trim()) return {}
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined
  } catch {
    return undefined
  }
}
