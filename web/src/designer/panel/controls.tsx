/** The few controls of the panel. Each change becomes one step that can be undone: a text when its field is left or typing rests. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { writable } from '../state'

const REST_MS = 900

interface TextProps {
  label: string
  value: string
  onValue: (value: string) => void
  hint?: string | undefined
  lines?: number
  mono?: boolean
  /** Values that are offered, and may be left for others. */
  offers?: readonly (readonly [string, string])[]
  placeholder?: string
}

/** What is typed and the moment at which it counts. */
export function useTyped(value: string, onValue: (value: string) => void) {
  const typed = useSignal(value)
  const latest = useRef(onValue)
  latest.current = onValue
  const timer = useRef<ReturnType<typeof setTimeout>>()
  const waiting = useRef<string | null>(null)
  useEffect(() => {
    if (waiting.current === null) typed.value = value
  }, [value])
  const commit = () => {
    clearTimeout(timer.current)
    const next = waiting.current
    waiting.current = null
    if (next !== null) latest.current(next.trim())
  }
  // The panel may go before typing has rested, as when another element is selected.
  useEffect(() => commit, [])
  const type = (next: string) => {
    typed.value = waiting.current = next
    clearTimeout(timer.current)
    timer.current = setTimeout(commit, REST_MS)
  }
  return { typed, type, commit }
}

export function Text({ label, value, onValue, hint, lines, mono, offers, placeholder }: TextProps) {
  const id = useId()
  const { typed, type, commit } = useTyped(value, onValue)
  // What is offered may be called by its name, also before the offers have come.
  const meant = offers?.find(([, words]) => words && words === value)?.[0]
  useEffect(() => {
    if (meant !== undefined && meant !== value) onValue(meant)
  }, [meant, value])
  const shared = {
    id, class: `in${mono ? ' mono' : ''}`, value: typed.value, readOnly: !writable.value, spellcheck: false, placeholder,
    onInput: (event: { currentTarget: { value: string } }) => type(event.currentTarget.value),
    onBlur: commit,
    'aria-describedby': hint ? `${id}-hint` : undefined,
  }
  return (
    <div class="fld">
      <label for={id}>{label}</label>
      {lines ? <textarea {...shared} rows={lines} /> : <input {...shared} autoComplete="off" list={offers && `${id}-offers`} onKeyDown={(event) => event.key === 'Enter' && commit()} />}
      {offers && <datalist id={`${id}-offers`}>{offers.map(([code, words]) => <option key={code} value={code}>{words}</option>)}</datalist>}
      {hint && <p class="s d" id={`${id}-hint`}>{hint}</p>}
    </div>
  )
}

interface ChoiceProps {
  label: string
  value: string
  choices: readonly (readonly [string, string])[]
  onValue: (value: string) => void
  hint?: string | undefined
}

/** One of several. A value that is not among them is shown as it stands in the file. */
export function Choice({ label, value, choices, onValue, hint }: ChoiceProps) {
  const id = useId()
  const known = choices.some(([code]) => code === value)
  return (
    <div class="fld line">
      <label for={id}>{label}</label>
      <select class="in" id={id} value={value} disabled={!writable.value} onChange={(event) => onValue(event.currentTarget.value)}>
        {!known && <option value={value}>{value || '—'}</option>}
        {choices.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
      {hint && <p class="s d">{hint}</p>}
    </div>
  )
}

export function Switch({ label, on, onValue, hint }: { label: string; on: boolean; onValue: (on: boolean) => void; hint?: string | undefined }) {
  return (
    <label class="setting">
      <span>{label}{hint && <span class="s d block">{hint}</span>}</span>
      <input type="checkbox" role="switch" class="sw" checked={on} disabled={!writable.value} onChange={(event) => onValue(event.currentTarget.checked)} />
    </label>
  )
}

/** One of a few, side by side. */
export function Segments({ label, value, choices, onValue }: Omit<ChoiceProps, 'hint'>) {
  const name = useId()
  return (
    <div class="seg s wide" role="radiogroup" aria-label={label}>
      {choices.map(([code, words]) => (
        <label key={code} class={code === value ? 'on' : ''}>
          <input type="radio" name={name} checked={code === value} disabled={!writable.value} onChange={() => onValue(code)} /><span>{words}</span>
        </label>
      ))}
    </div>
  )
}

export function Part({ title, children, add, onAdd }: { title: string; children?: ComponentChildren; add?: string; onAdd?: () => void }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
      {onAdd && <Act onAct={onAdd}>＋ {add}</Act>}
    </section>
  )
}

export function Act({ children, onAct, label }: { children: ComponentChildren; onAct: () => void; label?: string }) {
  return <button type="button" class="btn q sm" aria-label={label} disabled={!writable.value} onClick={onAct}>{children}</button>
}
