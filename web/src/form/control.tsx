/** What a writable cell is written with, by the type of its field. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Field, Value } from '../api/types'
import { either, t } from '../i18n'
import { Icon } from '../frame/icon'
import { FilesControl } from './files'
import { fromLocal, toLocal } from './moment'
import type { Path } from './nodes'
import { StaffField } from './staff'
import { useWriting } from './writing'

export interface Props {
  field: Field
  path: Path
  value: Value
  id: string
  invalid: boolean
  notes: string | undefined
  required: boolean
}

/** Fields of several controls are a group with a caption, not one control with a label. */
export const isGrouped = (field: Field): boolean => field.type === 'radio' || field.type === 'checklist' || field.type === 'taglist' || field.type === 'filepicker'

export function Control(props: Props) {
  switch (props.field.type) {
    case 'textarea':
      return <Area {...props} />
    case 'number':
      return <NumberField {...props} />
    case 'select':
      return <Select {...props} />
    case 'radio':
      return <Radios {...props} />
    case 'checklist':
      return <Checklist {...props} />
    case 'taglist':
      return <Tags {...props} />
    case 'checkbox':
      return <Tick {...props} />
    case 'filepicker':
      return <FilesControl {...props} />
    case 'datetime':
      return <MomentField {...props} />
    default:
      return props.field.properties.rule === 'staff-number' ? <StaffField {...props} /> : <Line {...props} />
  }
}

export const text = (value: Value): string => (value === null || typeof value === 'object' ? '' : String(value))

export function factsOf({ id, invalid, notes, required }: Props) {
  return { id, 'aria-invalid': invalid, 'aria-describedby': notes, 'aria-required': required || undefined }
}

function Line(props: Props) {
  const { write } = useWriting()
  const { field, path, value } = props
  const mode = field.properties.rule === 'phone' || field.validate?.validationType === 'phone' ? 'tel' : undefined
  return (
    <input class="in" type="text" inputMode={mode} autocomplete="off" {...factsOf(props)} value={text(value)} maxLength={1000}
      onInput={(event) => write(path, event.currentTarget.value)} />
  )
}

function Area(props: Props) {
  const { write } = useWriting()
  const { path, value } = props
  const element = useRef<HTMLTextAreaElement>(null)
  const shown = text(value)
  useLayoutEffect(() => grow(element.current!), [shown])
  return (
    <textarea class="in" rows={2} ref={element} {...factsOf(props)} value={shown} onInput={(event) => write(path, event.currentTarget.value)} />
  )
}

/** As high as its text, so that a written slip can be read like a printed one. */
function grow(element: HTMLTextAreaElement): void {
  element.style.height = 'auto'
  element.style.height = `${Math.min(element.scrollHeight, 480)}px`
}

function NumberField(props: Props) {
  const { write } = useWriting()
  const { field, path, value } = props
  // Input methods give full-width digits; numbers are written plainly.
  const tidy = (written: string) => written.normalize('NFKC').replace(/[，,\s]/g, '')
  const whole = field.decimalDigits === 0
  return (
    <input class="in num" type="text" inputMode={whole ? 'numeric' : 'decimal'} autocomplete="off" {...factsOf(props)} value={text(value)}
      onInput={(event) => !event.isComposing && write(path, event.currentTarget.value)}
      onBlur={(event) => {
        const plain = tidy(event.currentTarget.value)
        if (plain !== text(value)) write(path, plain)
      }} />
  )
}

function Select(props: Props) {
  const { write } = useWriting()
  const { field, path, value } = props
  return (
    <select class="in" {...factsOf(props)} value={text(value)} onChange={(event) => write(path, event.currentTarget.value || null)}>
      <option value="">{t('form.choose')}</option>
      {field.values?.map((option) => <option key={option.value} value={option.value}>{either(option.label, option.labelEn)}</option>)}
    </select>
  )
}

function Radios(props: Props) {
  const { write } = useWriting()
  const { field, path, value, id } = props
  return (
    <span role="radiogroup" class="choices" aria-labelledby={`${id}-label`} aria-describedby={props.notes} aria-required={props.required || undefined} aria-invalid={props.invalid}>
      {field.values?.map((option) => (
        <label key={option.value}>
          <input type="radio" name={id} checked={value === option.value} onChange={() => write(path, option.value)} />
          {either(option.label, option.labelEn)}
        </label>
      ))}
    </span>
  )
}

const chosen = (value: Value): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])

function Checklist(props: Props) {
  const { write } = useWriting()
  const { field, path, value, id } = props
  const ticked = chosen(value)
  const toggle = (option: string) => write(path, ticked.includes(option) ? ticked.filter((one) => one !== option) : [...ticked, option])
  return (
    <span role="group" class="choices" aria-labelledby={`${id}-label`} aria-describedby={props.notes}>
      {field.values?.map((option) => (
        <label key={option.value}>
          <input type="checkbox" checked={ticked.includes(option.value)} onChange={() => toggle(option.value)} />
          {either(option.label, option.labelEn)}
        </label>
      ))}
    </span>
  )
}

function Tags(props: Props) {
  const { write } = useWriting()
  const { field, path, value, id } = props
  const tags = chosen(value)
  const options = field.values ?? []
  const labelOf = (tag: string) => {
    const option = options.find((one) => one.value === tag)
    return option ? either(option.label, option.labelEn) : tag
  }
  return (
    <span role="group" class="tags" aria-labelledby={`${id}-label`} aria-describedby={props.notes}>
      {tags.map((tag) => (
        <button key={tag} type="button" class="tag" aria-label={t('form.tags.remove', { tag: labelOf(tag) })} onClick={() => write(path, tags.filter((one) => one !== tag))}>
          {labelOf(tag)}<Icon name="x" />
        </button>
      ))}
      <select class="in" id={id} aria-labelledby={`${id}-label`} aria-invalid={props.invalid} value=""
        onChange={(event) => event.currentTarget.value && write(path, [...tags, event.currentTarget.value])}>
        <option value="">{t('form.tags')}</option>
        {options.filter((option) => !tags.includes(option.value)).map((option) => (
          <option key={option.value} value={option.value}>{either(option.label, option.labelEn)}</option>
        ))}
      </select>
    </span>
  )
}

function Tick(props: Props) {
  const { write } = useWriting()
  const { path, value } = props
  return (
    <span class="choices">
      <label>
        <input type="checkbox" {...factsOf(props)} checked={value === true} onChange={(event) => write(path, event.currentTarget.checked)} />
        <span aria-hidden="true">{t('form.yes')}</span>
      </label>
    </span>
  )
}

const INPUT = { date: 'date', time: 'time', datetime: 'datetime-local' } as const

function MomentField(props: Props) {
  const { write } = useWriting()
  const { field, path, value } = props
  const kind = field.subtype ?? 'date'
  return (
    <input class="in" type={INPUT[kind]} {...factsOf(props)} value={toLocal(kind, text(value))}
      onChange={(event) => write(path, fromLocal(kind, event.currentTarget.value))} />
  )
}
