/** A diagram file: words at the left, canvas or outline in the middle, panel at the right. The canvas gives its file to the state. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { narrow } from '../../frame/media'
import { des } from '../../i18n/designer'
import { addCommands, isWriting } from '../../keyboard/keys'
import { Panel } from '../panel/panel'
import type { EditorProps } from '../parts'
import { handsOver } from '../saving/autosave'
import { change, files, findings, selection, writable } from '../state'
import { drawing, edits, openDrawing, type Drawing } from './drawing'
import { mark } from './marks'
import { Outline } from './outline'
import { Words } from './words'
import './canvas.css'

/** After a change the file is written anew once hands rest; a big diagram takes a moment. */
const REST_MS = 400

export default function DiagramEditor({ file }: EditorProps) {
  const area = useRef<HTMLDivElement>(null)
  const failed = useSignal('')
  const asText = useSignal(narrow.value)
  useDrawing(area, file.name, (reason) => (failed.value = reason))
  const open = drawing.value
  useEffect(() => {
    if (open && !failed.value) mark(open, (findings.value ?? []).filter((finding) => finding.file === file.name))
  }, [open, findings.value, file.name])
  useEffect(() => {
    if (!open || asText.value) return
    // The canvas has its size only once it is shown.
    requestAnimationFrame(() => {
      open.get('canvas').resized()
      open.begin()
      const chosen = open.get('selection').get()
      if (!chosen.length) return
      open.get('canvas').scrollToElement(chosen[0]!, 160)
      open.get('selection').select(null)
      open.get('selection').select(chosen)
    })
  }, [asText.value])
  return (
    <div class={`diagram-editor${narrow.value ? ' narrow' : ''}`} onKeyDown={onKey}>
      {open && !narrow.value && <Words drawing={open} />}
      <div class="middle">
        {open && open.lost.length > 0 && <p class="note soon">{des('canvas.lost')} <span class="mono s">{open.lost.slice(0, 3).join('; ')}</span></p>}
        {failed.value && <p class="note over" role="alert">{failed.value}</p>}
        <div class="canvas-frame designing" hidden={asText.value}>
          <div class="zoom" role="toolbar" aria-label={des('canvas.tools')}>{open && <Tools drawing={open} />}</div>
          <div class="canvas" ref={area} data-fixed={narrow.value || !writable.value || (open?.lost.length ?? 0) > 0} />
        </div>
        {open && asText.value && <Outline drawing={open} />}
        <button type="button" class="btn sm as-text" aria-pressed={asText.value} onClick={() => (asText.value = !asText.value)}>{des(asText.value ? 'canvas.asDrawing' : 'canvas.asText')}</button>
      </div>
      <Panel />
    </div>
  )
}

/** Undo and redo wherever one is but in a text, which has its own; Esc leads from the panel back to the step. */
function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const target = event.target as HTMLElement
  if (event.key === 'Escape' && target.closest('.panel')) return document.querySelector<HTMLElement>('.outline-pane [aria-current=step]')?.focus()
  const act = (event.ctrlKey || event.metaKey) && !isWriting(target) && HISTORY[event.shiftKey ? `Shift+${event.key.toLowerCase()}` : event.key.toLowerCase()]
  if (!act) return
  event.preventDefault()
  drawing.peek()?.get('commandStack')[act]()
}

const HISTORY: Record<string, 'undo' | 'redo'> = { z: 'undo', y: 'redo', 'Shift+z': 'redo' }

function Tools({ drawing: open }: { drawing: Drawing }) {
  void edits.value
  const stack = open.get('commandStack')
  const zoom = (factor: number) => open.get('canvas').zoom(open.get('canvas').zoom() * factor, 'auto')
  return (
    <>
      <button type="button" class="btn sm" aria-label={des('canvas.in')} onClick={() => zoom(1.25)}>＋</button>
      <button type="button" class="btn sm" aria-label={des('canvas.out')} onClick={() => zoom(0.8)}>−</button>
      <button type="button" class="btn sm" onClick={() => open.fit()}>{des('canvas.fit')}</button>
      <button type="button" class="btn sm" onClick={() => open.get('searchPad').toggle()}>{des('canvas.find')}</button>
      <button type="button" class="btn sm" disabled={!writable.value || !stack.canUndo()} onClick={() => stack.undo()}>{des('canvas.undo')}</button>
      <button type="button" class="btn sm" disabled={!writable.value || !stack.canRedo()} onClick={() => stack.redo()}>{des('canvas.redo')}</button>
    </>
  )
}

/** Opens the file in an area, keeps the state's copy of it up to date, and draws it anew when it was changed elsewhere. */
function useDrawing(area: { current: HTMLDivElement | null }, name: string, onFail: (reason: string) => void): void {
  const content = files.value.get(name)?.content
  const known = useRef<string | undefined>()
  const given = useRef<(() => Promise<void>) | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let dirty = false
    const open = openDrawing(area.current!, () => {
      dirty = true
      clearTimeout(timer)
      timer = setTimeout(() => void give(), REST_MS)
    }, () => !writable.peek())
    const give = async () => {
      clearTimeout(timer)
      if (!dirty || open.lost.length || !files.peek().has(name)) return
      dirty = false
      const xml = await open.xml()
      known.current = xml
      change(name, xml)
    }
    given.current = give
    known.current = undefined
    const stopSaving = handsOver(give)
    drawing.value = open
    select(open)
    const stopKeys = addCommands(commands(open))
    return () => {
      // What was drawn in the last moments goes to the state before the drawing does.
      void give().finally(() => open.close())
      stopSaving()
      stopKeys()
      drawing.value = null
      selection.value = []
    }
  }, [name])
  useEffect(() => {
    const open = drawing.peek()
    if (!open || content === undefined || content === known.current) return
    known.current = content
    onFail('')
    open.draw(content).then(
      () => open.begin(),
      (failure: unknown) => onFail(des('canvas.failed', { why: failure instanceof Error ? failure.message : '' })),
    )
  }, [name, content])
}

function select(open: Drawing): void {
  open.modeler.on('selection.changed', (event: { newSelection: { id: string; labelTarget?: { id: string } }[] }) => {
    selection.value = event.newSelection.map(({ id, labelTarget }) => labelTarget?.id ?? id)
  })
}

/** Keys that act wherever the focus is not in a field; bpmn-js has its own while the canvas has the focus. */
function commands(open: Drawing) {
  return [
    { keys: 'Delete', act: () => writable.value && !open.lost.length && open.get('selection').get().length && open.get('modeling').removeElements(open.get('selection').get()) },
  ].map(({ keys, act }) => ({ keys, act: () => void act() }))
}
