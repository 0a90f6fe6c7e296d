/**
 * The form editor: the list of components, the form as people will see it, and everything that can be said about what is
 * selected. It edits the file's own attributes, so that nothing that it does not know is lost, and writes them in place.
 */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Icon } from '../../frame/icon'
import { narrow } from '../../frame/media'
import { ed } from '../../i18n/designer-editors'
import { Tabs } from '../choice'
import { findingsIn } from '../findings/here'
import { Findings } from '../findings/list'
import type { EditorProps } from '../parts'
import { change, ofKind, writable } from '../state'
import { amended, isObject, NotJson, parsed } from '../text/json'
import { Outline } from './outline'
import { ComponentPanel, FieldNames, FormPanel } from './panel'
import { Preview } from './preview'
import { accessOf, stepsByForm, strangersIn, type Step } from './steps'
import { at, childrenIn, copied, dottedName, idOf, inserted, isContainer, isOrnament, keyOf, made, moved, nameOf, parentOf, removed, replaced, stepped, walk, fits, type Component, type FormFile, type Kind, type Place } from './tree'
import '../editors.css'

type View = 'outline' | 'preview' | 'panel'

export default function FormEditor({ file }: EditorProps) {
  const read = useMemo(() => readable(file.content), [file.content])
  const selected = useSignal<Place | null>(null)
  const view = useSignal<View>('preview')
  const diagrams = ofKind('bpmn')
  const uses = useMemo(() => stepsByForm(diagrams), [diagrams.map(({ content }) => content).join('')])
  if (read instanceof NotJson) return <Broken name={file.name} content={file.content} problem={ed('text.notJson', { line: read.line, column: read.column })} />
  if (!read) return <Broken name={file.name} content={file.content} problem={ed('form.notForm')} />
  const form = read
  const readOnly = !writable.value
  const document = file.kind === 'document'
  const steps = uses.get(String(form.id)) ?? []
  const here = findingsIn(file.name)
  const component = selected.value && at(form, selected.value)
  const write = (next: FormFile, place: Place | null = selected.value) => {
    selected.value = place
    change(file.name, amended(file.content, next))
  }
  const add = (kind: Kind) => {
    const place = behind(form, selected.value)
    const fresh = made(form, kind, ed(`kind.${kind}`))
    // What cannot stand in rows stands behind them.
    const fitting = fits(form, fresh, place) ? place : [place[0]! + 1]
    write(inserted(form, fitting, fresh), fitting)
    view.value = 'panel'
  }
  const move = (from: Place, to: Place) => {
    const next = moved(form, from, to)
    write(next.form, next.place)
  }
  const shown = (part: View) => !narrow.value || view.value === part
  return (
    <div class="ed-form">
      {narrow.value && <Tabs label={ed('form.parts')} value={view.value} choose={(next) => (view.value = next)} choices={[['outline', ed('form.outline')], ['preview', ed('preview')], ['panel', ed('form.panel')]]} />}
      {shown('outline') && <Outline form={form} selected={selected.value} findings={here} readOnly={readOnly} document={document} select={(place) => { selected.value = place; if (narrow.value) view.value = 'panel' }} move={move} add={add} />}
      {shown('preview') && <Preview name={file.name} content={file.content} steps={steps} selected={selected.value ? dottedName(form, selected.value) : ''} onSelect={(name) => (selected.value = placeOf(form, name) ?? selected.value)} />}
      {shown('panel') && (
        <FieldNames.Provider value={namesIn(form)}>
          <aside class="ed-panel" aria-label={ed('form.panel')}>
            {component && selected.value ? (
              <>
                <Acts form={form} place={selected.value} component={component} readOnly={readOnly} write={write} move={move} />
                <Findings items={here.filter(({ element }) => element !== null && element === idOf(component))} />
                <ComponentPanel subject={component} readOnly={readOnly} write={(next) => write(replaced(form, selected.value!, next))} />
                {!isOrnament(component) && !document && <Rights name={dottedName(form, selected.value)} readonly={component.readonly === true} steps={steps} />}
              </>
            ) : (
              <>
                <Findings items={here} />
                <FormPanel subject={form} document={document} readOnly={readOnly} write={(next) => write(next)} />
                {!document && <Uses form={form} steps={steps} />}
              </>
            )}
          </aside>
        </FieldNames.Provider>
      )}
    </div>
  )
}

function readable(text: string): FormFile | NotJson | null {
  try {
    const value = parsed(text)
    const sound = (list: unknown): boolean => Array.isArray(list) && list.every((one) => isObject(one) && typeof one.type === 'string' && (one.components === undefined || sound(one.components)))
    return isObject(value) && sound(value.components) ? (value as FormFile) : null
  } catch (failure) {
    if (failure instanceof NotJson) return failure
    throw failure
  }
}

/** Behind what is selected, inside at the end where that is a group, at the end of the form where nothing is. */
function behind(form: FormFile, place: Place | null): Place {
  const component = place && at(form, place)
  if (!place || !component) return [form.components.length]
  return isContainer(component) ? [...place, childrenIn(component).length] : [...parentOf(place), place.at(-1)! + 1]
}

/** Fields of the form by their own names, as its expressions call them. */
function namesIn(form: FormFile): string[] {
  const found = new Set<string>()
  walk(form, (component) => { if (!isOrnament(component) && keyOf(component)) found.add(keyOf(component)) })
  return [...found]
}

function placeOf(form: FormFile, name: string): Place | null {
  let found: Place | null = null
  walk(form, (component, place) => {
    if (!found && !isOrnament(component) && dottedName(form, place) === name && (!isContainer(component) || component.type === 'dynamiclist')) found = place
  })
  return found
}

interface ActsProps {
  form: FormFile
  place: Place
  component: Component
  readOnly: boolean
  write: (next: FormFile, place: Place | null) => void
  move: (from: Place, to: Place) => void
}

function Acts({ form, place, component, readOnly, write, move }: ActsProps) {
  const act = (icon: string, words: string, act: (() => void) | null) => <button type="button" class={`btn q sm${icon === 'up' ? ' ed-turned' : ''}`} aria-label={words} title={words} disabled={!act} onClick={() => act?.()}><Icon name={icon === 'up' ? 'down' : icon} /></button>
  const to = (step: 1 | -1) => {
    const target = stepped(form, place, step)
    return target && (() => move(place, target))
  }
  const next: Place = [...parentOf(place), place.at(-1)! + 1]
  return (
    <header class="ed-head">
      <h2>{nameOf(component) || ed(`kind.${component.type}` as 'kind.text')}</h2>
      <p class="s d">{ed(`kind.${component.type}` as 'kind.text')}{!isOrnament(component) && <span class="mono"> {dottedName(form, place)}</span>}</p>
      {!readOnly && (
        <p class="fx">
          {act('up', ed('item.up'), to(-1))}
          {act('down', ed('item.down'), to(1))}
          {act('doc', ed('item.copy'), () => write(inserted(form, next, copied(form, component)), next))}
          {act('x', ed('item.remove'), () => write(removed(form, place), null))}
        </p>
      )}
    </header>
  )
}

/** What each step lets be done with the field. */
function Rights({ name, readonly, steps }: { name: string; readonly: boolean; steps: Step[] }) {
  if (!name || !steps.length) return null
  const rights = steps.map((step) => ({ step, access: accessOf(step, name, readonly) }))
  return (
    <section class="ed-chapter">
      <h3>{ed('rights')}</h3>
      {rights.every(({ access }) => access === 'hidden') && <p class="note soon">{ed('rights.nowhere')}</p>}
      {rights.every(({ access }) => access !== 'write') && <p class="s d">{ed('rights.onlyRead')}</p>}
      <ul class="ed-rights">{rights.map(({ step, access }) => <li key={step.id}><span>{step.name}</span><span class={`s ${access}`}>{ed(`access.${access}`)}</span></li>)}</ul>
    </section>
  )
}

/** The steps that show the form, and names in their rights that the form does not have. */
function Uses({ form, steps }: { form: FormFile; steps: Step[] }) {
  const names = new Set<string>()
  walk(form, (component, place) => { if (!isOrnament(component)) names.add(dottedName(form, place)) })
  if (!steps.length) return <section class="ed-chapter"><h3>{ed('uses')}</h3><p class="note soon">{ed('uses.none')}</p></section>
  return (
    <section class="ed-chapter">
      <h3>{ed('uses')}</h3>
      <ul class="ed-rights">
        {steps.map((step) => {
          const strangers = strangersIn(step, names)
          return <li key={step.id}><span>{step.name} <span class="s d mono">{step.file}</span>{strangers.length > 0 && <span class="err">{ed('uses.strangers', { names: strangers.join('、') })}</span>}</span></li>
        })}
      </ul>
    </section>
  )
}

/** A file that cannot be read is mended as text; nothing in it is lost. */
function Broken({ name, content, problem }: { name: string; content: string; problem: string }) {
  return (
    <div class="ed-page">
      <p class="note over" role="alert">{problem}</p>
      <textarea class="in mono ed-text" aria-label={name} readOnly={!writable.value} value={content} spellcheck={false} onInput={({ currentTarget }) => change(name, currentTarget.value)} />
    </div>
  )
}
