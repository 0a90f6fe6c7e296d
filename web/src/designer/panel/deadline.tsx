/** How long a task may take: term, calendar and ladder, with the day and hour on which it would be due. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { reckonTerm } from '../../api/calendars'
import { sentence } from '../../api/problem'
import { now } from '../../clock/now'
import { momentOf } from '../../clock/words'
import { admin, type AdminKey } from '../../i18n/administration'
import { des } from '../../i18n/designer'
import { change, writable } from '../state'
import { Choice, Part, Text } from './controls'
import { calendarCodes, nameIn } from './directory'
import { extension, put, remove, text, type Subject } from './element'
import { Expression } from './expression'
import { behind, ladders, lengthOf, parameters, termOf, withParameter, type Length } from './term'

export function Deadline({ subject }: { subject: Subject }) {
  const deadline = extension(subject.model, 'Deadline')
  if (!deadline) {
    return (
      <Part title={des('deadline')} add={des('deadline.add')} onAdd={() => put(subject, 'Deadline', { term: 'P1D', calendar: 'ADMIN', ladder: 'office' })}>
        <p class="s d2">{des('deadline.none')}</p>
      </Part>
    )
  }
  const of = (name: string) => text(deadline, name)
  const set = (attributes: Record<string, string | undefined>) => put(subject, 'Deadline', attributes)
  return (
    <>
      <Part title={des('deadline.handling')}>
        <Term label={des('deadline.term')} subject={subject} value={of('term')} calendar={of('calendar')} onValue={(term) => term && set({ term })} />
        <CodeOrExpression label={des('deadline.calendar')} subject={subject} value={of('calendar')} codes={calendarCodes()} none={des('deadline.calendar.none')} onValue={(calendar) => set({ calendar })} />
        <CodeOrExpression label={des('deadline.ladder')} subject={subject} value={of('ladder')} codes={ladders().map((name) => [name, nameOfLadder(name)])} none={nameOfLadder('office')} onValue={(ladder) => set({ ladder })} />
        <p class="s d">{des('deadline.ladder.hint')}</p>
      </Part>
      <Part title={des('deadline.response')}>
        <Term label={des('deadline.response.term')} subject={subject} value={of('response')} calendar={of('calendar')} onValue={(response) => set(response ? { response } : { response: '', 'response-ladder': '' })} />
        {of('response') && <CodeOrExpression label={des('deadline.response.ladder')} subject={subject} value={of('response-ladder')} codes={ladders().map((name) => [name, nameOfLadder(name)])} none={des('deadline.response.ladder.none')} onValue={(ladder) => set({ 'response-ladder': ladder })} />}
      </Part>
      <button type="button" class="btn q sm" disabled={!writable.value} onClick={() => remove(subject, deadline)}>{des('deadline.remove')}</button>
    </>
  )
}

const nameOfLadder = (name: string): string => (name === 'clinical' || name === 'office' ? des(`ladder.${name}`) : name)

interface CodeProps {
  label: string
  subject: Subject
  value: string
  codes: readonly (readonly [string, string])[]
  /** What it is called when nothing is said. */
  none: string
  onValue: (value: string) => void
}

function CodeOrExpression({ label, subject, value, codes, none, onValue }: CodeProps) {
  if (value.includes('${')) return <><Expression label={label} model={subject.model} value={value} offers={codes} onValue={onValue} /><Parameters expression={value} /></>
  return <Choice label={label} value={value} choices={[['', none], ...codes]} onValue={onValue} />
}

interface TermProps {
  label: string
  subject: Subject
  value: string
  calendar: string
  onValue: (value: string) => void
}

export function Term({ label, subject, value, calendar, onValue }: TermProps) {
  const length = value ? lengthOf(value) : { count: 0, unit: 'D' as const }
  return (
    <>
      {length ? <LengthField label={label} length={length} onValue={(next) => onValue(next.count ? termOf(next) : '')} /> : <Expression label={label} model={subject.model} value={value} hint={des('deadline.term.hint')} onValue={onValue} />}
      {value.includes('${') ? <Parameters expression={value} calendar={calendar} /> : value && <Due term={value} calendar={calendar} />}
      {length && writable.value && <button type="button" class="link s" onClick={() => onValue('${parameters.}')}>{des('deadline.asExpression')}</button>}
    </>
  )
}

function LengthField({ label, length, onValue }: { label: string; length: Length; onValue: (length: Length) => void }) {
  return (
    <div class="fld length">
      <span class="l">{label}</span>
      <span class="fx">
        <input class="in" type="number" min={0} max={9999} value={length.count} readOnly={!writable.value} aria-label={label}
          onChange={(event) => onValue({ ...length, count: Math.max(0, Math.trunc(Number(event.currentTarget.value)) || 0) })} />
        <select class="in" value={length.unit} disabled={!writable.value} aria-label={des('length.unit')} onChange={(event) => onValue({ ...length, unit: event.currentTarget.value as Length['unit'] })}>
          {(['M', 'H', 'D'] as const).map((unit) => <option key={unit} value={unit}>{des(`length.${unit}`)}</option>)}
        </select>
      </span>
    </div>
  )
}

/** The values behind an expression that looks them up in the parameters, to be changed here. */
function Parameters({ expression, calendar }: { expression: string; calendar?: string }) {
  const found = behind(expression)
  if (!found?.length) return null
  const calendars = calendar === undefined ? [] : (behind(calendar) ?? [])
  return (
    <div class="rule">
      <p class="s d2">{des('deadline.parameters')}</p>
      {found.map(({ path, value }) => {
        const own = calendars.find(({ path: other }) => other.slice(0, -1).join('.') === path.slice(0, -1).join('.'))?.value ?? calendar ?? ''
        const length = lengthOf(value)
        const set = (next: string) => change('parameters.json', withParameter(parameters()!, path, next))
        const words = named(path)
        return (
          <div key={path.join('.')}>
            {length ? <LengthField label={words} length={length} onValue={(next) => next.count && set(termOf(next))} /> : <Text label={words} mono value={value} onValue={(next) => next && set(next)} />}
            {length && calendar !== undefined && <Due term={value} calendar={own} />}
          </div>
        )
      })}
    </div>
  )
}

/** What a value of the parameters is called: by its class of urgency where it has one. */
function named(path: readonly string[]): string {
  const urgency = path.find((name): name is 'E' | 'U' | 'R' => ['E', 'U', 'R'].includes(name))
  return urgency ? des(`urgency.${urgency}`) : path.join('.')
}

/** When a term that began now would end. */
function Due({ term, calendar }: { term: string; calendar: string }) {
  const said = useSignal('')
  // To the minute, so that the answer does not change with every tick.
  const from = Math.floor(now.value / 60_000) * 60_000
  useEffect(() => {
    if (calendar.includes('${') || !lengthOf(term)) return void (said.value = '')
    let late = false
    reckonTerm(calendar || 'CLIN', term, new Date(from).toISOString(), '').then(
      ({ dueAt, provisional }) => !late && (said.value = des(provisional ? 'deadline.due.provisional' : 'deadline.due', { calendar: nameIn(calendarCodes(), calendar || 'CLIN'), at: exact(dueAt) })),
      (failure: unknown) => !late && (said.value = sentence(failure)),
    )
    return () => {
      late = true
    }
  }, [term, calendar, from])
  return <p class="s d2 due" role="status">{said.value}</p>
}

function exact(at: string): string {
  const { month, day, hour, minute, weekday } = momentOf(Date.parse(at))
  return des('moment', { month, day, weekday: admin(`weekday.${weekday}` as AdminKey), time: `${hour}:${minute}` })
}
