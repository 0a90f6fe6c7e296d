/** A field for an expression or a text with `${…}`: the server's own language completes and checks it while it is typed. */
import { signal, useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { get, post } from '../../api/verbs'
import { either } from '../../i18n'
import { des } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { writable } from '../state'
import { useTyped } from './controls'
import { namesAt } from './names'

export type ExpressionKind = 'expression' | 'template' | 'condition' | 'script'

interface Word {
  name: string
  about: { zh: string; en: string }
  example?: string
}
interface Checked {
  ok: boolean
  problem: { message: { zh: string; en: string }; at: number | null } | null
}

const CHECK_MS = 400
const MOST = 8
const words = signal<Word[]>([])
let asked = false

function fetchWords(): void {
  if (asked) return
  asked = true
  get<{ items: Word[] }>('/expressions/words').then(({ items }) => (words.value = items), () => (asked = false))
}

interface Props {
  label: string
  value: string
  /** Where it stands in the diagram, which says what names there are; null elsewhere. */
  model: ModdleElement | null
  /** The names that there are where there is no diagram. */
  names?: readonly string[]
  onValue: (value: string) => void
  kind?: ExpressionKind
  hint?: string | undefined
  lines?: number
  /** Codes that are offered beside names and functions. */
  offers?: readonly (readonly [string, string])[]
}

export function Expression({ label, value, model, names, onValue, kind = 'template', hint, lines = 1, offers = [] }: Props) {
  const id = useId()
  const { typed, type, commit } = useTyped(value, onValue)
  const area = useRef<HTMLTextAreaElement>(null)
  const problem = useChecked(typed.value, kind)
  const open = useSignal(false)
  const at = useSignal(0)
  const found = open.value ? complete(wordAt(area.current), names ?? (model ? namesAt(model) : []), offers, kind, typed.value) : []
  const take = (index: number) => {
    const [text, caret] = inserted(area.current!, found[index]!.insert)
    type(text)
    open.value = false
    requestAnimationFrame(() => area.current?.setSelectionRange(caret, caret))
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (!found.length) return void (event.key === 'Enter' && lines === 1 && (event.preventDefault(), commit()))
    const acts: Record<string, () => void> = {
      ArrowDown: () => (at.value = (at.value + 1) % found.length),
      ArrowUp: () => (at.value = (at.value + found.length - 1) % found.length),
      Enter: () => take(at.value),
      Escape: () => (open.value = false),
    }
    const act = acts[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  return (
    <div class="fld expression">
      <label for={id}>{label}</label>
      <textarea ref={area} id={id} class="in mono" rows={lines} value={typed.value} readOnly={!writable.value} spellcheck={false} autoComplete="off"
        aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={found.length ? `${id}-${at.value}` : undefined} aria-invalid={problem !== ''} aria-describedby={`${id}-about`}
        onFocus={fetchWords} onKeyDown={onKey}
        onInput={(event) => {
          type(event.currentTarget.value.replace(/\n/g, lines === 1 ? ' ' : '\n'))
          open.value = true
          at.value = 0
        }}
        onBlur={() => {
          open.value = false
          commit()
        }} />
      <ul class="offers" id={`${id}-list`} role="listbox" aria-label={des('expression.words')} hidden={!found.length}>
        {found.map(({ name, about }, index) => (
          <li key={name} id={`${id}-${index}`} role="option" aria-selected={index === at.value}
            onMouseDown={(event) => {
              event.preventDefault()
              take(index)
            }}><b class="mono">{name}</b><span class="s d">{about}</span></li>
        ))}
      </ul>
      <p class={problem ? 'err' : 's d'} id={`${id}-about`}>{problem || hint}</p>
    </div>
  )
}

/** What the server says is wrong with a text, a moment after it has come to rest; nothing while it cannot be asked. */
function useChecked(text: string, kind: ExpressionKind): string {
  const said = useSignal<Checked['problem']>(null)
  useEffect(() => {
    if (!text.trim()) return void (said.value = null)
    let late = false
    const timer = setTimeout(() => {
      post<Checked>('/expressions/check', { text, kind }).then((answer) => !late && (said.value = answer.ok ? null : answer.problem), () => undefined)
    }, CHECK_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [text, kind])
  return said.value ? either(said.value.message.zh, said.value.message.en) : ''
}

interface Offer {
  name: string
  insert: string
  about: string
}

function wordAt(area: HTMLTextAreaElement | null): string {
  return /[\p{L}_][\p{L}\d_.]*$/u.exec(area?.value.slice(0, area.selectionStart) ?? '')?.[0] ?? ''
}

function complete(word: string, names: readonly string[], offers: Props['offers'] & object, kind: ExpressionKind, text: string): Offer[] {
  const within = kind !== 'template' || text.includes('${')
  const plain = within ? [] : offers.map(([code, about]) => ({ name: code, insert: code, about }))
  if (!word) return plain.slice(0, MOST)
  const wrap = (name: string) => (within ? name : `\${${name}}`)
  const known = [
    ...plain,
    ...names.map((name) => ({ name, insert: wrap(name), about: des('expression.variable') })),
    ...words.value.map(({ name, about }) => ({ name, insert: within ? `${name}(` : `\${${name}(`, about: either(about.zh, about.en) })),
  ]
  const low = word.toLowerCase()
  return known.filter(({ name, about }) => name !== word && (name.toLowerCase().startsWith(low) || about.includes(word))).slice(0, MOST)
}

/** The text with the word at the caret replaced, and where the caret then stands. */
function inserted(area: HTMLTextAreaElement, insert: string): [string, number] {
  const start = area.selectionStart - wordAt(area).length
  return [area.value.slice(0, start) + insert + area.value.slice(area.selectionStart), start + insert.length]
}
