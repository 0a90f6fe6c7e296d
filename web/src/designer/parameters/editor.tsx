/**
 * The parameters of a folder, item by item: switches, amounts, terms and days by their kinds, groups that open, and who reads
 * them. The other view is the text of the file.
 */
import { useSignal, type Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import { t } from '../../i18n'
import { Tabs } from '../choice'
import { findingsIn } from '../findings/here'
import { Findings } from '../findings/list'
import type { EditorProps } from '../parts'
import { change, ofKind, writable } from '../state'
import { amended, isObject, NotJson, parsed, type Json, type JsonObject } from '../text/json'
import { entriesOf, holds, isDay, kindOf, NUMBER, partsOf, readersOf, typed, withValue, type Path } from './values'
import '../editors.css'

/** Parameters that the engine reads by itself. */
const OWN: readonly string[] = ['ladders']
/** Groups of at most so many items stand open. */
const OPEN = 12

export default function ParametersEditor({ file }: EditorProps) {
  const read = useMemo(() => readable(file.content), [file.content])
  const view = useSignal<'form' | 'text'>('form')
  const wanted = useSignal('')
  const adding = useSignal(false)
  const readers = [...ofKind('bpmn'), ...ofKind('decision'), ...ofKind('form'), ...ofKind('document')]
  const readOnly = !writable.value
  const sound = !(read instanceof NotJson) && isObject(read)
  const problem = read instanceof NotJson ? ed('text.notJson', { line: read.line, column: read.column }) : sound ? null : ed('parameters.notObject')
  const set = (path: Path, value: Json | undefined) => change(file.name, amended(file.content, withValue(read as Json, path, value)))
  return (
    <div class="ed-page">
      <div class="fx">
        <Tabs label={ed('parameters.view')} value={view.value} choose={(next) => (view.value = next)} choices={[['form', ed('parameters.asForm')], ['text', ed('parameters.asText')]]} />
        {view.value === 'form' && sound && <input class="in ed-find" type="search" aria-label={ed('parameters.find')} placeholder={ed('parameters.find')} value={wanted.value} onInput={({ currentTarget }) => (wanted.value = currentTarget.value)} />}
      </div>
      <Findings items={findingsIn(file.name)} />
      {problem && <p class="note over" role="alert">{problem}</p>}
      {view.value === 'text' || !sound
        ? <textarea class="in mono ed-text" aria-label={file.name} readOnly={readOnly} value={file.content} spellcheck={false} onInput={({ currentTarget }) => change(file.name, currentTarget.value)} />
        : <Items value={read} path={[]} set={set} readOnly={readOnly} wanted={wanted.value.trim()} adding={adding} about={(name) => <Readers names={OWN.includes(name) ? null : readersOf(name, readers)} />} />}
    </div>
  )
}

function readable(text: string): Json | NotJson {
  try {
    return parsed(text)
  } catch (failure) {
    if (failure instanceof NotJson) return failure
    throw failure
  }
}

function Readers({ names }: { names: string[] | null }) {
  if (names === null) return null
  return names.length ? <span class="s d">{ed('parameters.reads', { places: names.join('、') })}</span> : <span class="s soon">{ed('parameters.unused')}</span>
}

interface ItemsProps {
  value: Json
  path: Path
  set: (path: Path, value: Json | undefined) => void
  readOnly: boolean
  wanted: string
  /** Whether a new item is being written here. */
  adding: Signal<boolean>
  /** Said beside each item of the first level. */
  about: (name: string) => ComponentChildren
}

function Items(props: ItemsProps) {
  const { value, path, wanted, readOnly, set, adding } = props
  const entries = entriesOf(value).filter(([name, item]) => !wanted || path.some((part) => holds(part, null, wanted)) || holds(name, item, wanted))
  return (
    <div class="ed-tree">
      {entries.map(([name, item]) => <Item key={name} {...props} name={name} item={item} />)}
      {!path.length && !entries.length && <p class="s d">{wanted ? ed('parameters.nothing') : ed('parameters.null')}</p>}
      {!readOnly && !path.length && !wanted && <p><button type="button" class="btn q sm" onClick={() => (adding.value = true)}><Icon name="plus" />{ed('parameters.add')}</button></p>}
      {adding.value && <New value={value} path={path} set={set} close={() => (adding.value = false)} />}
    </div>
  )
}

const nameOf = (name: string | number): string => (typeof name === 'number' ? String(name + 1) : name)

function Item(props: ItemsProps & { name: string | number; item: Json }) {
  const { name, item, path, set, readOnly, wanted, about } = props
  const place = [...path, name]
  const adding = useSignal(false)
  const words = nameOf(name)
  const remove = !readOnly && <button type="button" class="btn q sm" aria-label={ed('parameters.remove', { name: words })} onClick={() => set(place, undefined)}><Icon name="x" /></button>
  const note = !path.length && about(String(name))
  if (kindOf(item) === 'branch') {
    return (
      <details class="ed-branch" open={adding.value || wanted !== '' || entriesOf(item).length <= OPEN}>
        <summary><span class="mono">{words}</span><span class="n">{entriesOf(item).length}</span><span>{note}</span></summary>
        <Items {...props} value={item} path={place} adding={adding} />
        {!readOnly && !wanted && (
          <p class="ed-new">
            <button type="button" class="btn q sm" aria-label={ed('parameters.addTo', { name: place.map(nameOf).join('.') })} onClick={() => (adding.value = true)}><Icon name="plus" />{ed('parameters.add')}</button>
            <button type="button" class="btn q sm" onClick={() => set(place, undefined)}><Icon name="x" />{ed('parameters.remove', { name: words })}</button>
          </p>
        )}
      </details>
    )
  }
  return (
    <div class="ed-leaf">
      <span class="mono">{words}</span>
      <Value label={place.map(nameOf).join('.')} item={item} set={(next) => set(place, next)} readOnly={readOnly} />
      <span class="fx"><Meaning item={item} />{note}{remove}</span>
    </div>
  )
}

function Value({ label, item, set, readOnly }: { label: string; item: Json; set: (value: Json) => void; readOnly: boolean }) {
  // What a value was when it was opened says what it has to be; a term that is being typed is no text.
  const first = useMemo(() => kindOf(item), [])
  const typing = useSignal<string | null>(null)
  if (typeof item === 'boolean') {
    return <label class="s"><input type="checkbox" aria-label={label} disabled={readOnly} checked={item} onChange={({ currentTarget }) => set(currentTarget.checked)} />{ed(item ? 'parameters.true' : 'parameters.false')}</label>
  }
  const text = typing.value ?? (item === null ? '' : String(item))
  const wrong = faultOf(first, text)
  const write = (words: string) => {
    typing.value = words
    if (first !== 'number') set(first === 'empty' && !words ? null : words)
    else if (NUMBER.test(words)) set(Number(words))
  }
  return (
    <>
      <input
        class={`in${first === 'text' ? '' : ' mono'}`} aria-label={label} aria-invalid={wrong !== null || undefined} readOnly={readOnly} value={text}
        inputMode={first === 'number' ? 'decimal' : undefined} onInput={({ currentTarget }) => write(currentTarget.value)} onBlur={() => (typing.value = null)}
      />
      {wrong !== null && <span class="err">{wrong}</span>}
    </>
  )
}

function faultOf(kind: ReturnType<typeof kindOf>, text: string): string | null {
  if (kind === 'term' && !partsOf(text)) return ed('parameters.term.wrong')
  if (kind === 'day' && !isDay(text)) return ed('parameters.day.wrong')
  return kind === 'number' && !NUMBER.test(text) ? t('error.number', { label: '' }) : null
}

/** PT4H is 4 小时. */
function Meaning({ item }: { item: Json }) {
  const parts = typeof item === 'string' ? partsOf(item) : null
  if (!parts) return null
  const words = (['term.days', 'term.hours', 'term.minutes', 'term.seconds'] as const).flatMap((key, at) => (parts[at] ? [ed(key, { n: parts[at]! })] : []))
  return <span class="s d2">{words.join(' ')}</span>
}

function New({ value, path, set, close }: Pick<ItemsProps, 'value' | 'path' | 'set'> & { close: () => void }) {
  const name = useSignal('')
  const text = useSignal('')
  const list = Array.isArray(value)
  const taken = !list && isObject(value) && name.value.trim() in value
  const words = path.length ? ed('parameters.addTo', { name: path.map(nameOf).join('.') }) : ed('parameters.add')
  const add = (event: Event) => {
    event.preventDefault()
    if (!list && (!name.value.trim() || taken)) return
    set([...path], list ? [...value, typed(text.value)] : { ...(value as JsonObject), [name.value.trim()]: typed(text.value) })
    close()
  }
  return (
    <form class="ed-new" onSubmit={add} aria-label={words}>
      {!list && <input class="in mono" aria-label={ed('parameters.name')} placeholder={ed('parameters.name')} aria-invalid={taken || undefined} value={name.value} onInput={({ currentTarget }) => (name.value = currentTarget.value)} />}
      <input class="in" aria-label={ed('parameters.value')} placeholder={ed('parameters.value')} value={text.value} onInput={({ currentTarget }) => (text.value = currentTarget.value)} />
      <button type="submit" class="btn sm">{ed('parameters.add')}</button>
      <button type="button" class="btn q sm" onClick={close}>{ed('cancel')}</button>
      {taken && <span class="err">{ed('parameters.taken', { name: name.value.trim() })}</span>}
    </form>
  )
}
