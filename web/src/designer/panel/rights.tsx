/** The form of a task, and what its signers may read and write of it, ticked field by field and role by role. */
import { useSignal } from '@preact/signals'
import { des } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { beginning } from '../new-files'
import { change, current, files, ofKind, writable } from '../state'
import { roleName } from './approval'
import { Choice, Part } from './controls'
import { add, extension, extensions, listed, put, remove, text, write, type Subject } from './element'
import { formsOf, rolesOf, type FormField } from './names'

type Right = 'none' | 'hidden' | 'write' | 'required'
const RIGHTS: readonly Right[] = ['none', 'write', 'required', 'hidden']

export function FormRights({ subject }: { subject: Subject }) {
  const forms = formsOf()
  const chosen = text(extension(subject.model, 'Approval'), 'form')
  const form = forms.get(chosen)
  return (
    <>
      <Part title={des('form')}>
        <Choice label={des('form.which')} value={chosen} choices={[['', des('form.without')], ...[...forms].map(([id, { title }]): [string, string] => [id, `${title}（${id}）`])]} onValue={(next) => put(subject, 'Approval', { form: next })} />
        {form && <button type="button" class="btn q sm" onClick={() => (current.value = form.file)}>{des('form.open')}</button>}
        {!chosen && writable.value && <button type="button" class="btn q sm" onClick={() => newForm(subject)}>＋ {des('form.new')}</button>}
        {chosen && !form && <p class="err">{des('form.missing', { form: chosen })}</p>}
      </Part>
      {form && <Fields subject={subject} fields={form.fields} />}
    </>
  )
}

/** An empty form for this task, which the form editor then fills. */
function newForm(subject: Subject): void {
  const id = subject.model.id ?? 'form'
  const taken = (name: string) => files.value.has(`${name}.form.json`) || ofKind('form').some(({ content }) => content.includes(`"id": "${name}"`))
  let name = id
  for (let n = 2; taken(name); n++) name = `${id}_${n}`
  const title = text(subject.model, 'name') || name
  change(`${name}.form.json`, beginning('form', name, title))
  put(subject, 'Approval', { form: name })
}

function Fields({ subject, fields }: { subject: Subject; fields: readonly FormField[] }) {
  const all = extensions(subject.model, 'Fields')
  const role = useSignal('')
  const own = all.find((item) => (listed(item, 'for')[0] ?? '') === role.value)
  const roles = ['', ...rolesOf(subject.model)]
  return (
    <Part title={des('rights')}>
      <Choice label={des('rights.for')} value={role.value} choices={roles.map((name) => [name, name ? roleName(name) : des('rights.everybody')])} onValue={(next) => (role.value = next)} />
      {own ? <Ticks subject={subject} item={own} fields={fields} /> : <Nothing subject={subject} role={role.value} fields={fields} />}
    </Part>
  )
}

function Nothing({ subject, role, fields }: { subject: Subject; role: string; fields: readonly FormField[] }) {
  return (
    <>
      <p class="s d2">{des(role ? 'rights.none.role' : 'rights.none')}</p>
      <button type="button" class="btn q sm" disabled={!writable.value} onClick={() => add(subject, 'Fields', { for: role, write: fields[0]?.key ?? '' })}>{des('rights.say')}</button>
    </>
  )
}

function Ticks({ subject, item, fields }: { subject: Subject; item: ModdleElement; fields: readonly FormField[] }) {
  const flat = fields.flatMap((field) => [{ ...field, depth: 0 }, ...field.inside.map((one) => ({ ...one, key: `${field.key}.${one.key}`, depth: 1 }))])
  const known = new Set(flat.map(({ key }) => key))
  const strangers = ['write', 'required', 'hidden'].flatMap((name) => listed(item, name)).filter((name) => !known.has(name) && !isAbove(name, known))
  return (
    <>
      <table class="tbl ticked">
        <thead><tr><th scope="col">{des('rights.field')}</th>{RIGHTS.map((right) => <th key={right} scope="col">{des(`right.${right}`)}</th>)}</tr></thead>
        <tbody>
          {flat.map(({ key, label, depth }) => (
            <tr key={key}>
              <th scope="row" class={depth ? 'inner' : ''}>{label}</th>
              {RIGHTS.map((right) => (
                <td key={right}><input type="radio" name={`right-${key}`} aria-label={`${label} ${des(`right.${right}`)}`} checked={rightOf(item, key) === right} disabled={!writable.value} onChange={() => setRight(subject, item, key, right)} /></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {strangers.length > 0 && <p class="s soon">{des('rights.strangers', { names: [...new Set(strangers)].join(' ') })}</p>}
      {fields.filter(({ type }) => type === 'dynamiclist').map((list) => <Rows key={list.key} subject={subject} item={item} list={list} />)}
      <button type="button" class="btn q sm" disabled={!writable.value} onClick={() => remove(subject, item)}>{des('rights.drop')}</button>
    </>
  )
}

/** Whether a name means all below it: `vital` stands for `vital.sbp` and the others. */
const isAbove = (name: string, known: Set<string>): boolean => [...known].some((key) => key.startsWith(`${name}.`))

function rightOf(item: ModdleElement, key: string): Right {
  const has = (name: string) => listed(item, name).some((one) => one === key || key.startsWith(`${one}.`))
  if (has('hidden')) return 'hidden'
  if (has('required')) return 'required'
  return has('write') ? 'write' : 'none'
}

/** What is required is also written, as the kernel reads `write`; names that stood there keep their place. */
function setRight(subject: Subject, item: ModdleElement, key: string, right: Right): void {
  const list = (name: string, on: boolean) => {
    const names = listed(item, name)
    return (on ? (names.includes(key) ? names : [...names, key]) : names.filter((one) => one !== key)).join(' ')
  }
  write(subject, item, {
    write: list('write', right === 'write' || right === 'required'),
    required: list('required', right === 'required'),
    hidden: list('hidden', right === 'hidden'),
  })
}

const ROW_RIGHTS = ['add', 'edit', 'remove'] as const

function Rows({ subject, item, list }: { subject: Subject; item: ModdleElement; list: FormField }) {
  const all = new Map(listed(item, 'rows').map((word) => word.split(':') as [string, string]))
  const own = all.get(list.key)?.split('+').filter(Boolean) ?? []
  const set = (name: string, on: boolean) => {
    const next = ROW_RIGHTS.filter((one) => (one === name ? on : own.includes(one)))
    if (next.length) all.set(list.key, next.join('+'))
    else all.delete(list.key)
    write(subject, item, { rows: [...all].map(([key, rights]) => `${key}:${rights}`).join(' ') })
  }
  return (
    <fieldset class="ticks">
      <legend class="s d2">{des('rights.rows', { list: list.label })}</legend>
      {ROW_RIGHTS.map((name) => (
        <label key={name}><input type="checkbox" checked={own.includes(name)} disabled={!writable.value} onChange={(event) => set(name, event.currentTarget.checked)} />{des(`rows.${name}`)}</label>
      ))}
    </fieldset>
  )
}
