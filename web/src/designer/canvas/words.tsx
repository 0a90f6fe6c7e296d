/** The words at the left: tools, and what can be put into the drawing by pressing or dragging. */
import { des } from '../../i18n/designer'
import { writable } from '../state'
import { place } from './appending'
import type { Drawing } from './drawing'
import { asks, made, PRESETS, type PresetName } from './presets'

const GROUPS: readonly (readonly PresetName[])[] = [
  ['approval', 'all', 'vote', 'consult', 'collect', 'urge', 'notice'],
  ['send', 'receive', 'timer', 'decision', 'service', 'script', 'call', 'subprocess'],
  ['exclusive', 'parallel', 'start', 'end', 'pool'],
]

export function Words({ drawing }: { drawing: Drawing }) {
  const tools = [
    ['tool.select', (event: Event) => drawing.get('lassoTool').toggle(event)],
    ['tool.connect', (event: Event) => drawing.get('globalConnect').toggle(event)],
    ['tool.space', (event: Event) => drawing.get('spaceTool').toggle(event)],
  ] as const
  const disabled = !writable.value || drawing.lost.length > 0
  return (
    <nav class="words" aria-label={des('words')}>
      {tools.map(([name, act]) => <button key={name} type="button" class="btn q" disabled={disabled} onClick={(event) => act(event)}>{des(name)}</button>)}
      <p class="s d">{des('words.hint')}</p>
      {GROUPS.map((group, index) => (
        <div key={index} class="group">
          <hr />
          {group.map((name) => <Word key={name} name={name} drawing={drawing} disabled={disabled} />)}
        </div>
      ))}
    </nav>
  )
}

/** Dragging puts it where it is dropped, pressing a key behind what is selected, and a click hangs it at the pointer. */
function Word({ name, drawing, disabled }: { name: PresetName; drawing: Drawing; disabled: boolean }) {
  const words = des(PRESETS[name].name)
  const start = (event: Event) => {
    event.preventDefault()
    asks(name)
    const shapes = made(drawing, name, words)
    drawing.get('create').start(event, shapes.length > 1 ? shapes : shapes[0]!, shapes.length > 1 ? { hints: { autoSelect: [shapes[0]] } } : undefined)
  }
  const click = (event: MouseEvent) => (event.detail === 0 ? place(drawing, name, words) : start(event))
  return <button type="button" class="btn q" draggable disabled={disabled} onDragStart={start} onClick={click}>{words}</button>
}
