/**
 * The diagram as a list of steps and where each leads: for those who do not see it, and for drawing by key alone. A step is
 * selected, named, joined, followed by another and taken out from here; the panel shows what belongs to it.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { narrow } from '../../frame/media'
import { joined } from '../../i18n'
import { des } from '../../i18n/designer'
import { text } from '../panel/element'
import { typeName } from '../panel/basic'
import { entering } from '../panel/face'
import { selection, writable } from '../state'
import { place, placeBefore, targets } from './appending'
import { edits, type Drawing, type Shape } from './drawing'
import { comesAfterSomething } from './inserting'
import { PRESETS, type PresetName } from './presets'

export function Outline({ drawing }: { drawing: Drawing }) {
  void edits.value
  const wanted = useSignal('')
  const sought = wanted.value.trim().toLowerCase()
  // A way is selected at the step from which it leads.
  const chosen = drawing.get('elementRegistry').get(selection.value[0] ?? '')?.source?.id ?? selection.value[0]
  const rows = steps(drawing).filter(({ shape }) => !sought || shape.id === chosen || `${nameOf(shape)} ${shape.id}`.toLowerCase().includes(sought))
  const list = useRef<HTMLOListElement>(null)
  const at = Math.max(0, rows.findIndex(({ shape }) => shape.id === chosen))
  const focus = (index: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (!next) return
    drawing.get('selection').select(next.shape)
    list.current?.querySelectorAll<HTMLElement>('[data-step]')[rows.indexOf(next)]?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.target instanceof HTMLSelectElement) return
    if (event.target instanceof HTMLInputElement) return void (event.key === 'ArrowDown' && (event.preventDefault(), focus(0)))
    if (event.key === 'F2') return void document.querySelector<HTMLElement>('.panel-face .in')?.focus()
    const step: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
    const to = step[event.key]
    if (to === undefined) return
    event.preventDefault()
    focus(to)
  }
  return (
    <section class="outline-pane" aria-label={des('outline')}>
      <h2>{des('outline')}</h2>
      <p class="s d">{des('outline.hint')}</p>
      <input class="in find-step" type="search" aria-label={des('outline.find')} placeholder={des('outline.find')} value={wanted.value} onInput={(event) => (wanted.value = event.currentTarget.value)} onKeyDown={onKey} />
      {sought && !rows.length && <p class="s d2" role="status">{des('outline.find.none', { text: wanted.value })}</p>}
      <ol ref={list} onKeyDown={onKey}>
        {rows.map(({ shape, depth }, index) => (
          <li key={shape.id} class={`depth-${Math.min(depth, 3)}`}>
            <button type="button" data-step class="step" tabIndex={index === at ? 0 : -1} aria-current={shape.id === chosen ? 'step' : undefined}
              onClick={() => {
                drawing.get('selection').select(shape)
                // On the phone the panel stands below the whole list.
                if (narrow.value) requestAnimationFrame(() => document.querySelector('.panel')?.scrollIntoView())
              }}>
              <b>{nameOf(shape)}</b> <span class="s d">{typeName(shape)}</span>
              <span class="s d2 block">{leads(shape)}</span>
            </button>
            {chosen === shape.id && <Ways drawing={drawing} shape={shape} />}
            {chosen === shape.id && writable.value && !drawing.lost.length && <StepTools drawing={drawing} shape={shape} onGone={() => focus(index - 1)} />}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** The ways from a step, of which one is selected to say when it is taken. */
function Ways({ drawing, shape }: { drawing: Drawing; shape: Shape }) {
  const flows = (shape.outgoing ?? []).filter(({ target, type }) => target && type === 'bpmn:SequenceFlow')
  if (!flows.length) return null
  return (
    <div class="step-tools">
      {flows.map((flow) => (
        <button key={flow.id} type="button" class="btn q sm" aria-pressed={selection.value.includes(flow.id)} onClick={() => drawing.get('selection').select(flow)}>
          {joined(text(flow.businessObject, 'name'), des('flow.to', { name: nameOf(flow.target!) }))}
        </button>
      ))}
    </div>
  )
}

function StepTools({ drawing, shape, onGone }: { drawing: Drawing; shape: Shape; onGone: () => void }) {
  const what = useSignal<PresetName>('approval')
  const open = useSignal(targets(drawing, shape))
  useEffect(() => void (open.value = targets(drawing, shape)), [shape, edits.value])
  const to = useSignal('')
  return (
    <div class="step-tools">
      <span class="fx">
        <select class="in" aria-label={des('outline.what')} value={what.value} onChange={(event) => (what.value = event.currentTarget.value as PresetName)}>
          {(Object.keys(PRESETS) as PresetName[]).filter((name) => name !== 'pool' && name !== 'subprocess').map((name) => <option key={name} value={name}>{des(PRESETS[name].name)}</option>)}
        </select>
        <button type="button" class="btn sm" onClick={() => (entering.value = true, place(drawing, what.value, des(PRESETS[what.value].name)))}>{des('outline.append')}</button>
        {comesAfterSomething(shape) && what.value !== 'start' && what.value !== 'end' && <button type="button" class="btn sm" onClick={() => (entering.value = true, placeBefore(drawing, shape, what.value, des(PRESETS[what.value].name)))}>{des('outline.before')}</button>}
      </span>
      <span class="fx">
        <select class="in" aria-label={des('outline.to')} value={to.value} onChange={(event) => (to.value = event.currentTarget.value)}>
          <option value="">—</option>
          {open.value.map((target) => <option key={target.id} value={target.id}>{nameOf(target)}</option>)}
        </select>
        <button type="button" class="btn sm" disabled={!to.value} onClick={() => {
          const target = drawing.get('elementRegistry').get(to.value)
          if (target) drawing.get('modeling').connect(shape, target)
          to.value = ''
        }}>{des('outline.connect')}</button>
      </span>
      <button type="button" class="btn sm no" onClick={() => {
        drawing.get('modeling').removeElements([shape])
        onGone()
      }}>{des('outline.remove')}</button>
    </div>
  )
}

/** Everything that is a step or a pool, in the order in which the process goes, with its depth. */
function steps(drawing: Drawing): { shape: Shape; depth: number }[] {
  const shown = (shape: Shape) => !shape.source && shape.type !== 'label' && !SILENT.has(shape.type)
  const walk = (around: Shape, depth: number): { shape: Shape; depth: number }[] =>
    inOrder((around.children ?? []).filter(shown)).flatMap((shape) => [{ shape, depth }, ...walk(shape, depth + 1)])
  const root = drawing.get('canvas').getRootElement()
  return root ? walk(root, 0) : []
}

const SILENT = new Set(['bpmn:Lane', 'bpmn:TextAnnotation', 'bpmn:Group', 'bpmn:DataObjectReference', 'bpmn:DataStoreReference', 'bpmn:DataInput', 'bpmn:DataOutput'])

/** Starts first, then as the flows lead; what nothing leads to comes behind, from left to right. */
function inOrder(shapes: readonly Shape[]): Shape[] {
  const left = new Set([...shapes].sort((one, other) => one.x - other.x || one.y - other.y))
  const found: Shape[] = []
  const follow = (shape: Shape): void => {
    if (!left.delete(shape)) return
    found.push(shape)
    for (const beside of [...left]) if (beside.host === shape) follow(beside)
    for (const flow of shape.outgoing ?? []) if (flow.target) follow(flow.target)
  }
  for (const shape of [...left]) if (shape.type === 'bpmn:StartEvent') follow(shape)
  for (const shape of [...left]) if (shape.type === 'bpmn:Participant') follow(shape)
  for (const shape of [...left]) if (!shape.host) follow(shape)
  for (const shape of [...left]) follow(shape)
  return found
}

export const nameOf = (shape: Shape): string => text(shape.businessObject, 'name') || typeName(shape) || shape.id

function leads(shape: Shape): string {
  const flows = (shape.outgoing ?? []).filter(({ target }) => target)
  return flows.map((flow) => [text(flow.businessObject, 'name'), nameOf(flow.target!)].filter(Boolean).join(' → ')).map((words) => (words.includes('→') ? words : `→ ${words}`)).join(des('between'))
}
