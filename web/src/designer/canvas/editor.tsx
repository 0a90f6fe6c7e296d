/** A diagram file: words at the left, canvas or outline in the middle, panel at the right. The canvas gives its file to the state. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { lazy } from '../../frame/lazy'
import { narrow } from '../../frame/media'
import { des } from '../../i18n/designer'
import { addCommands, isWriting } from '../../keyboard/keys'
import { Panel } from '../panel/panel'
import type { EditorProps } from '../parts'
import { handsOver } from '../saving/autosave'
import { change, files, findings, selection, writable } from '../state'
import { withComments } from './comments'
import { drawing, edits, openDrawing, type Drawing } from './drawing'
import { mark } from './marks'
import { Outline } from './outline'
import { Words } from './words'
import './canvas.css'

type View = 'drawing' | 'outline' | 'source'
const VIEWS: readonly View[] = ['drawing', 'outline', 'source']
const Source = lazy<Pick<EditorProps, 'file'>>(() => import('./source'))
/** After a change the file is written anew once hands rest; a big diagram takes a moment. */
const REST_MS = 400

export default function DiagramEditor({ file }: EditorProps) {
  const area = useRef<HTMLDivElement>(null)
  const failed = useSignal('')
  const view = useSignal<View>(narrow.value ? 'outline' : 'drawing')
  const handOver = useDrawing(area, file.name, view.value === 'source', (reason) => (failed.value = reason))
  const turn = async (next: View) => {
    // What was drawn in the last moments belongs to the text.
    if (next === 'source') await handOver()
    view.value = next
  }
  const open = drawing.value
  useEffect(() => {
    if (open && !failed.value) mark(open, (findings.value ?? []).filter((finding) => finding.file === file.name))
  }, [open, findings.value, file.name])
  useEffect(() => {
    if (!open || view.value !== 'drawing') return
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
  }, [view.value])
  return (
    <div class={`diagram-editor${narrow.value ? ' narrow' : ''}`} onKeyDown={onKey}>
      {open && !narrow.value && <Words drawing={open} />}
      <div class="middle">
        {open && open.lost.length > 0 && !failed.value && <p class="note soon">{des('canvas.lost')} <span class="mono s">{open.lost.slice(0, 3).join('; ')}</span></p>}
        {failed.value && view.value !== 'source' && <Undrawn file={file} reason={failed.value} />}
        <div class="canvas-frame designing" hidden={view.value !== 'drawing'}>
          <div class="zoom" role="toolbar" aria-label={des('canvas.tools')}>{open && <Tools drawing={open} />}</div>
          <div class="canvas" ref={area} data-fixed={narrow.value || !writable.value || (open?.lost.length ?? 0) > 0} />
        </div>
        {open && view.value === 'outline' && <Outline drawing={open} />}
        {view.value === 'source' && <Source file={file} />}
        <div class="as-text">
          {VIEWS.filter((name) => name !== view.value && !(name === 'source' && narrow.value)).map((name) => <button key={name} type="button" class="btn sm" onClick={() => void turn(name)}>{des(`canvas.as.${name}`)}</button>)}
        </div>
      </div>
      <Panel />
    </div>
  )
}

/** Why a file is not drawn; one that says nothing of where its steps stand is laid out on demand. */
function Undrawn({ file, reason }: { file: EditorProps['file']; reason: string }) {
  const wrong = useSignal('')
  const layOut = async () => {
    try {
      change(file.name, (await (await import('../imports/layout')).drawn(file.content)).text)
    } catch (failure) {
      wrong.value = failure instanceof Error ? failure.message : String(failure)
    }
  }
  return (
    <div class="note over" role="alert">
      {hasPlaces(file.content) ? reason : <>{des('canvas.undrawn')} {writable.value && <button type="button" class="btn sm" onClick={() => void layOut()}>{des('canvas.layOut')}</button>}</>}
      {wrong.value && <p>{wrong.value}</p>}
    </div>
  )
}

const hasPlaces = (text: string): boolean => /<(?:\w+:)?BPMNShape\b/.test(text) || !/<(?:\w+:)?definitions\b/.test(text)

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

/**
 * Opens the file in an area, keeps the state's copy of it up to date, and draws it anew when it was changed elsewhere; while it is
 * read as text, only afterwards. Returns what hands over what was drawn last.
 */
function useDrawing(area: { current: HTMLDivElement | null }, name: string, isText: boolean, onFail: (reason: string) => void): () => Promise<void> {
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
      const xml = kept(known.current ?? '', await open.xml())
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
    if (!open || isText || content === undefined || content === known.current) return
    known.current = content
    onFail('')
    open.draw(content).then(
      () => open.begin(),
      (failure: unknown) => onFail(des('canvas.failed', { why: failure instanceof Error ? failure.message : '' })),
    )
  }, [name, content, isText])
  return () => given.current?.() ?? Promise.resolve()
}

/** What is drawn, with the comments of the file that it was drawn from. */
function kept(before: string, drawn: string): string {
  try {
    return withComments(before, drawn)
  } catch {
    // Only well-formed text is drawn, and bpmn-js writes no other: at worst comments are left out.
    return drawn
  }
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
