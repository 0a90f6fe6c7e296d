/** A person of the community by his staff number: found by name, initials, log-in or number while one types, told by name. */
import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { colleagues, type Colleague } from '../api/organisation'
import { useResource } from '../frame/resource'
import { joined, t } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { factsOf, text, type Props } from './control'
import { useWriting } from './writing'

const SHOWN = 8
const PAUSE_MS = 250

export function StaffField(props: Props) {
  const { write } = useWriting()
  const { path, value, id } = props
  const list = `${useId()}-people`
  const found = useSignal<Colleague[]>([])
  const open = useSignal(false)
  const at = useSignal(0)
  const typed = text(value)
  const known = found.value.find(({ staffNumber }) => staffNumber === typed)
  useEffect(() => {
    if (!typed.trim()) return void (found.value = [])
    let late = false
    const timer = setTimeout(() => void colleagues(typed.trim()).then((rows) => !late && (found.value = rows.slice(0, SHOWN)), () => undefined), PAUSE_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [typed, found])
  const choose = (one: Colleague | undefined) => {
    if (!one) return
    write(path, one.staffNumber)
    found.value = [one]
    open.value = false
  }
  const shown = open.value && !known && found.value.length > 0
  const keys = (event: KeyboardEvent) => {
    if (event.isComposing || !shown) return
    if (event.key === 'Escape') open.value = false
    else if (event.key === 'Enter') choose(found.value[at.value])
    else if (event.key === 'ArrowDown') at.value = (at.value + 1) % found.value.length
    else if (event.key === 'ArrowUp') at.value = (at.value + found.value.length - 1) % found.value.length
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span class="staff">
      <input class="in" type="text" role="combobox" autocomplete="off" placeholder={t('form.staff')} aria-expanded={shown} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={shown ? `${list}-${at.value}` : undefined} {...factsOf(props)} value={typed} maxLength={1000} onKeyDown={keys}
        onBlur={() => (open.value = false)}
        onInput={(event) => {
          open.value = true
          at.value = 0
          write(path, event.currentTarget.value)
        }} />
      <ul id={list} role="listbox" aria-labelledby={id} class="people" hidden={!shown}>
        {found.value.map((one, place) => (
          <li key={one.id} id={`${list}-${place}`} role="option" aria-selected={place === at.value} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(one)}>
            <b>{withoutSuffix(one.name)}</b> <span class="s d2">{joined(one.institution, one.post)} {one.staffNumber}</span>
          </li>
        ))}
      </ul>
      {known && <span class="s d2">{whoIs(known)}</span>}
    </span>
  )
}

export function StaffReading({ number }: { number: string }) {
  const person = useResource(`staff/${number}`, async () => (await colleagues(number)).find(({ staffNumber }) => staffNumber === number) ?? null)
  const known = person.content.value
  return <span class="words">{known ? `${whoIs(known)} ` : ''}<span class={known ? 's d' : ''}>{number}</span></span>
}

const whoIs = ({ name, post, institution }: Colleague): string => `${withoutSuffix(name)}，${joined(post, institution)}`
