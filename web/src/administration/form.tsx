/** A form of a few fields in a layer: what is missing is said at the field, what the server refuses below them all. */
import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { colleagues, people } from '../api/organisation'
import { sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { joined, t } from '../i18n'
import { org, type OrgKey } from '../i18n/organisation'

export type Value = string | boolean
export type Values = Record<string, Value>

export interface Field {
  name: string
  label: OrgKey
  kind?: 'text' | 'day' | 'moment' | 'number' | 'yes' | 'choice' | 'person' | 'colleague' | 'staff'
  required?: boolean
  hint?: OrgKey
  /** Values with their words. */
  choices?: readonly (readonly [string, string])[]
  /** Already said and not to be changed here. */
  fixed?: boolean
  /** Name of the person who is chosen at first. */
  named?: string
}

interface Props {
  title: string
  lead?: string
  fields: readonly Field[]
  start?: Values
  action: string
  /** Told whenever something is said. */
  onChange?: (values: Values) => void
  onSend: (values: Values) => Promise<void>
  onClose: () => void
}

export function FormDialog({ title, lead, fields, start = {}, action, onChange, onSend, onClose }: Props) {
  const values = useSignal<Values>(start)
  const missing = useSignal<string | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const send = async () => {
    missing.value = fields.find(({ name, required }) => required && !values.value[name])?.name ?? null
    if (missing.value !== null || busy.value) return
    busy.value = true
    error.value = ''
    try {
      await onSend(values.value)
      onClose()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  const footer = <button type="button" class="btn pri" aria-disabled={busy.value} onClick={() => void send()}>{action}</button>
  return (
    <Dialog title={title} shape="sheet" onClose={onClose} footer={footer}>
      {lead && <p class="d2 lead">{lead}</p>}
      <div class="form-fields">
        {fields.map((field) => (
          <Control key={field.name} field={field} value={values.value[field.name] ?? ''} missing={missing.value === field.name}
            onValue={(value) => {
              values.value = { ...values.value, [field.name]: value }
              onChange?.(values.value)
            }} />
        ))}
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}

const INPUTS: Record<string, string> = { day: 'date', moment: 'datetime-local', number: 'number' }

interface ControlProps {
  field: Field
  value: Value
  missing: boolean
  onValue: (value: Value) => void
}

function Control({ field, value, missing, onValue }: ControlProps) {
  const name = useId()
  const { kind = 'text', label, required, hint, choices, fixed } = field
  if (kind === 'yes') {
    return (
      <label class="setting"><span>{org(label)}</span>
        <input type="checkbox" role="switch" class="sw" checked={value === true} onChange={(event) => onValue(event.currentTarget.checked)} />
      </label>
    )
  }
  const described = missing ? `${name}-error` : undefined
  return (
    <div class="fld">
      <label for={name}>{org(label)}{required && !value && <span class="req">{t('form.required')}</span>}</label>
      {kind === 'person' || kind === 'staff' || kind === 'colleague' ? (
        <PersonPicker id={name} kind={kind} chosen={String(value)} named={field.named ?? ''} onChoose={onValue} />
      ) : choices ? (
        <select class="in" id={name} value={String(value)} disabled={fixed} onChange={(event) => onValue(event.currentTarget.value)}>
          {!choices.some(([code]) => code === '') && <option value="">—</option>}
          {choices.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
        </select>
      ) : (
        <input class="in" id={name} type={INPUTS[kind] ?? 'text'} value={String(value)} readOnly={fixed} aria-invalid={missing} aria-describedby={described}
          onInput={(event) => onValue(event.currentTarget.value)} />
      )}
      {hint && <p class="s d">{org(hint)}</p>}
      {missing && <p class="err" id={`${name}-error`} role="alert">{org('form.missing', { field: org(label) })}</p>}
    </div>
  )
}

interface PickerProps {
  id: string
  kind: 'person' | 'staff' | 'colleague'
  chosen: string
  /** Name of who is chosen at first. */
  named?: string
  /** What an empty field says. */
  prompt?: string
  /** Where else than among all people to look. */
  look?: (q: string) => Promise<Found[]>
  onChoose: (value: string, name: string) => void
}

export interface Found {
  value: string
  name: string
  more: string
}

/** Finds people as one types. `staff` gives the staff number, the others the id; `colleague` asks where staff may look. */
export function PersonPicker({ id, kind, chosen, named = '', prompt, look, onChoose }: PickerProps) {
  const text = useSignal('')
  const found = useSignal<Found[]>([])
  const name = useSignal('')
  const shown = name.value || named || chosen
  const search = text.value
  useEffect(() => {
    if (!search.trim()) return void (found.value = [])
    let late = false
    const timer = setTimeout(() => {
      void (look ?? ((q: string) => find(kind, q)))(search.trim()).then((rows) => !late && (found.value = rows.slice(0, 8)), () => undefined)
    }, 250)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [search, kind])
  const choose = (row: Found) => {
    name.value = row.name
    text.value = ''
    onChoose(row.value, row.name)
  }
  return (
    <div class="picker">
      <input class="in" id={id} type="search" autoComplete="off" placeholder={chosen ? shown : (prompt ?? org('person.search'))} value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)} />
      {found.value.length > 0 && (
        <ul class="people">
          {found.value.map((row) => (
            <li key={row.value}>
              <button type="button" class="btn q" onClick={() => choose(row)}><b>{row.name}</b><span class="s d">{row.more}</span></button>
            </li>
          ))}
        </ul>
      )}
      {chosen && <p class="s d2">{org('person.chosen', { name: shown })}</p>}
    </div>
  )
}

async function find(kind: PickerProps['kind'], q: string): Promise<Found[]> {
  if (kind === 'colleague') {
    const rows = await colleagues(q)
    return rows.map(({ id, name, post, institution }) => ({ value: id, name, more: joined(institution, post) }))
  }
  const rows = (await people(q)).filter(({ active }) => active)
  return rows.map(({ id, staffNumber, name }) => ({ value: kind === 'staff' ? staffNumber : id, name, more: staffNumber }))
}

/** What a field says, or null where it is empty. */
export function said(values: Values, name: string): string | null {
  const value = values[name]
  return typeof value === 'string' && value.trim() ? value.trim() : null
}

/** The instant that a field of the kind `moment` says. */
export function instant(values: Values, name: string): string | null {
  const value = said(values, name)
  return value === null ? null : new Date(value).toISOString()
}

/** Today as a field of the kind `day` has it. */
export function today(ahead = 0): string {
  const day = new Date(Date.now() + ahead * 86_400_000)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}
