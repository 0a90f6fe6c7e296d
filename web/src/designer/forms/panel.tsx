/** What can be said about the component in front, or about the form where none is: every attribute that the server reads. */
import { createContext } from 'preact'
import { useContext, useId } from 'preact/hooks'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import { Expression } from '../panel/expression'
import type { Json, JsonObject } from '../text/json'
import { Checks, Copies, Options } from './lists'
import { chaptersOf, DOCUMENT, FORM, known, type Chapter, type Property } from './properties'
import { TURNS, valueOf, withValue, type Component, type FormFile } from './tree'

/** Names that expressions of the form may use. */
export const FieldNames = createContext<readonly string[]>([])

interface PanelProps<Subject extends JsonObject> {
  subject: Subject
  write: (next: Subject) => void
  readOnly: boolean
}

export function ComponentPanel({ subject, write, readOnly }: PanelProps<Component>) {
  const turns = TURNS[subject.type]
  return (
    <>
      {turns && (
        <label class="fld">
          <span class="l">{ed('property.type')}</span>
          <select class="in" disabled={readOnly} value={subject.type} onChange={({ currentTarget }) => write(turned(subject, currentTarget.value))}>
            {turns.map((kind) => <option key={kind} value={kind}>{ed(`kind.${kind}` as 'kind.textfield')}</option>)}
          </select>
        </label>
      )}
      {subject.type === 'dynamiclist' && (
        <label class="s"><input type="checkbox" disabled={readOnly} checked={subject.allowAddRemove !== false} onChange={({ currentTarget }) => write(withValue(subject, 'allowAddRemove', currentTarget.checked ? undefined : false))} />{ed('property.allowAddRemove')}</label>
      )}
      <Chapters chapters={chaptersOf(subject)} subject={subject} write={write} readOnly={readOnly} />
      <Unknown component={subject} />
    </>
  )
}

/** What the other kind cannot hold goes: the server would refuse it. */
function turned(component: Component, type: string): Component {
  const next = { ...component, type }
  return ['validate.pattern', 'validate.validationType', 'properties.rule', 'properties.ruleWhen', 'properties.matchBirth', 'properties.matchSex', 'properties.mask', 'properties.patternMessage', 'properties.patternMessageEn']
    .filter(() => type === 'textarea')
    .reduce((rest, name) => withValue(rest, name, undefined), next)
}

export function FormPanel({ subject, write, readOnly, document }: PanelProps<FormFile> & { document: boolean }) {
  return (
    <>
      <Chapters chapters={document ? DOCUMENT : FORM} subject={subject} write={write} readOnly={readOnly} />
      {!document && <Checks form={subject} write={write} readOnly={readOnly} />}
    </>
  )
}

function Chapters<Subject extends JsonObject>({ chapters, subject, write, readOnly }: PanelProps<Subject> & { chapters: Chapter[] }) {
  return (
    <>
      {chapters.map(({ title, properties }) => (
        <fieldset key={title} class="ed-chapter">
          <legend>{ed(title)}</legend>
          {properties.map((property) => <Control key={property.name} property={property} value={valueOf(subject, property.name)} readOnly={readOnly} set={(value) => write(withValue(subject, property.name, value))} />)}
        </fieldset>
      ))}
    </>
  )
}

interface ControlProps {
  property: Property
  value: Json | undefined
  set: (value: Json | undefined) => void
  readOnly: boolean
}

function Control(props: ControlProps) {
  const { property, value, set, readOnly } = props
  switch (property.way) {
    case 'flag':
      return <label class="s ed-flag"><input type="checkbox" disabled={readOnly} checked={value === true || value === 'true'} onChange={({ currentTarget }) => set(currentTarget.checked || undefined)} />{ed(property.label)}</label>
    case 'options':
      return <Options value={value} set={set} readOnly={readOnly} />
    case 'copies':
      return <Copies value={value} set={set} readOnly={readOnly} />
    case 'choice':
      return <Choice {...props} />
    case 'expression':
      return <Condition {...props} />
    default:
      return <Words {...props} />
  }
}

function Choice({ property, value, set, readOnly }: ControlProps) {
  const given = String(value ?? '')
  const choices = property.choices!
  return (
    <label class="fld">
      <span class="l">{ed(property.label)}</span>
      <select class="in" disabled={readOnly} value={given} onChange={({ currentTarget }) => set(currentTarget.value || undefined)}>
        {choices.map(([key, words]) => <option key={key} value={key}>{ed(words)}</option>)}
        {!choices.some(([key]) => key === given) && <option value={given}>{given}</option>}
      </select>
    </label>
  )
}

function Condition({ property, value, set }: ControlProps) {
  const names = useContext(FieldNames)
  const hint = property.hint && ed(property.hint)
  return <Expression label={ed(property.label)} value={value === undefined ? '' : String(value)} model={null} names={names} kind="expression" hint={hint} onValue={(text) => set(text.trim() || undefined)} />
}

const NUMBER = /^-?\d+(?:\.\d+)?$/

function Words({ property, value, set, readOnly }: ControlProps) {
  const hint = useId()
  const words = Array.isArray(value) ? value.map(String).join(', ') : value === undefined || value === null ? '' : String(value)
  const write = (text: string) => {
    if (property.way === 'number') set(text === '' ? undefined : NUMBER.test(text) && String(Number(text)) === text ? Number(text) : text)
    else set(text === '' ? undefined : text)
  }
  const common = { class: 'in', readOnly, value: words, spellcheck: false, 'aria-describedby': property.hint ? hint : undefined }
  return (
    <label class="fld">
      <span class="l">{ed(property.label)}</span>
      {property.way === 'area'
        ? <textarea {...common} rows={3} onInput={({ currentTarget }) => write(currentTarget.value)} />
        : <input {...common} inputMode={property.way === 'number' ? 'decimal' : undefined} onInput={({ currentTarget }) => write(currentTarget.value)} />}
      {property.hint && <span class="s d" id={hint}>{ed(property.hint)}</span>}
    </label>
  )
}

/** Attributes that have no place here stay in the file as they are, and are shown so that nobody wonders. */
function Unknown({ component }: { component: Component }) {
  const names = known(component)
  const found: [string, Json][] = []
  const walk = (object: JsonObject, prefix: string) => {
    for (const [key, value] of Object.entries(object)) {
      const name = prefix + key
      if (names.has(name)) continue
      if (typeof value === 'object' && value !== null && !Array.isArray(value) && [...names].some((one) => one.startsWith(`${name}.`))) walk(value, `${name}.`)
      else found.push([name, value])
    }
  }
  walk(component, '')
  if (!found.length) return null
  return (
    <details class="ed-chapter">
      <summary><Icon name="more" />{ed('panel.others', { n: found.length })}</summary>
      <dl class="ed-others">{found.map(([name, value]) => <div key={name}><dt class="mono">{name}</dt><dd class="mono">{JSON.stringify(value)}</dd></div>)}</dl>
    </details>
  )
}
