/** Properties that are lists: the options of a choice, the copies of a document, the checks between fields. */
import type { ComponentChildren } from 'preact'
import { Icon } from '../../frame/icon'
import { ed, type EditorKey } from '../../i18n/designer-editors'
import { isObject, type Json, type JsonObject } from '../text/json'
import { valueOf, withValue, type FormFile } from './tree'

interface Props {
  value: Json | undefined
  set: (value: Json | undefined) => void
  readOnly: boolean
}

const rowsOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export function Options(props: Props) {
  return <List {...props} columns={[['value', 'option.value'], ['label', 'option.label'], ['labelEn', 'option.labelEn']]} add="option.add" fresh={(at) => ({ value: String(at), label: '', labelEn: '' })} />
}

export function Copies(props: Props) {
  return <List {...props} columns={[['name', 'copy.name'], ['nameEn', 'copy.nameEn']]} add="copy.add" fresh={() => ({ name: '', nameEn: '' })} />
}

/** Rows of short texts that are added, moved and removed. */
function List({ value, set, readOnly, columns, add, fresh }: Props & { columns: readonly (readonly [string, EditorKey])[]; add: EditorKey; fresh: (at: number) => JsonObject }) {
  const rows = rowsOf(value)
  const put = (next: JsonObject[]) => set(next.length ? next : undefined)
  return (
    <div class="ed-list">
      {rows.map((row, at) => (
        <Row key={at} n={at + 1} readOnly={readOnly} remove={() => put(rows.filter((_, other) => other !== at))} up={at ? () => put(swapped(rows, at)) : null}>
          {columns.map(([key, label]) => (
            <input key={key} class="in" aria-label={ed(label, { n: at + 1 })} placeholder={ed(label, { n: at + 1 })} readOnly={readOnly} value={textIn(row[key])} onInput={({ currentTarget }) => put(rows.map((one, other) => (other === at ? { ...one, [key]: currentTarget.value } : one)))} />
          ))}
        </Row>
      ))}
      {!readOnly && <p><button type="button" class="btn q sm" onClick={() => put([...rows, fresh(rows.length + 1)])}><Icon name="plus" />{ed(add)}</button></p>}
    </div>
  )
}

const swapped = <Item,>(items: Item[], at: number): Item[] => items.map((item, other) => (other === at - 1 ? items[at]! : other === at ? items[at - 1]! : item))

function Row({ n, readOnly, remove, up, children }: { n: number; readOnly: boolean; remove: () => void; up: (() => void) | null; children: ComponentChildren }) {
  return (
    <div class="ed-row">
      {children}
      {!readOnly && (
        <span class="nw">
          <button type="button" class="btn q sm ed-turned" aria-label={ed('list.up', { n })} disabled={!up} onClick={() => up?.()}><Icon name="down" /></button>
          <button type="button" class="btn q sm" aria-label={ed('list.remove', { n })} onClick={remove}><Icon name="x" /></button>
        </span>
      )}
    </div>
  )
}

const CHECK: readonly (readonly [string, EditorKey])[] = [['expression', 'check.expression'], ['field', 'check.field'], ['message', 'check.message'], ['messageEn', 'check.messageEn']]

/** What must hold between fields, and where the sentence is shown when it does not. */
export function Checks({ form, write, readOnly }: { form: FormFile; write: (next: FormFile) => void; readOnly: boolean }) {
  const checks = rowsOf(valueOf(form, 'properties.checks'))
  const put = (next: JsonObject[]) => write(withValue(form, 'properties.checks', next.length ? next : undefined))
  return (
    <fieldset class="ed-chapter">
      <legend>{ed('chapter.checks')}</legend>
      {checks.map((check, at) => (
        <div key={at} class="ed-checked">
          {CHECK.map(([key, label]) => (
            <label key={key} class="fld">
              <span class="l">{ed(label)}</span>
              <input class={`in${key === 'expression' || key === 'field' ? ' mono' : ''}`} readOnly={readOnly} value={textIn(check[key])} onInput={({ currentTarget }) => put(checks.map((one, other) => (other === at ? { ...one, [key]: currentTarget.value } : one)))} />
            </label>
          ))}
          {!readOnly && <p><button type="button" class="btn q sm" onClick={() => put(checks.filter((_, other) => other !== at))}><Icon name="x" />{ed('check.remove', { n: at + 1 })}</button></p>}
        </div>
      ))}
      {!readOnly && <p><button type="button" class="btn q sm" onClick={() => put([...checks, { expression: '', field: '', message: '', messageEn: '' }])}><Icon name="plus" />{ed('check.add')}</button></p>}
    </fieldset>
  )
}
