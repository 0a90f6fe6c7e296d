/**
 * A diagram as its text: line numbers, what is wrong beside its line, and the element that is selected in front. What is no XML is
 * kept like everything that is written; it only is not drawn and not published.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { des } from '../../i18n/designer'
import { findingsIn, saying } from '../findings/here'
import type { EditorProps } from '../parts'
import { change, selection, writable, type DesignFinding } from '../state'
import { NotXml, scan } from '../text/xml'

export default function Source({ file }: Pick<EditorProps, 'file'>) {
  const area = useRef<HTMLTextAreaElement>(null)
  const numbers = useRef<HTMLOListElement>(null)
  const broken = useMemo(() => lineOfFault(file.content), [file.content])
  const lines = file.content.split('\n').length
  const found = findingsIn(file.name).filter(({ line }) => line !== null)
  const go = (line: number) => {
    const field = area.current!
    const before = field.value.split('\n')
    const start = before.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0)
    field.focus({ preventScroll: true })
    field.setSelectionRange(start, start + (before[line - 1]?.length ?? 0))
    field.scrollTop = Math.max(0, (line - 5) * lineHeight(field))
    field.scrollLeft = 0
  }
  const chosen = selection.value[0]
  useEffect(() => {
    const line = chosen && lineOf(file.content, chosen)
    if (line) go(line)
  }, [chosen])
  return (
    <section class="source-pane" aria-label={des('source')}>
      {broken !== null && <p class="note over" role="alert">{des('source.broken', { line: broken })} <button type="button" class="link" onClick={() => go(broken)}>{des('source.line', { line: broken })}</button></p>}
      {found.length > 0 && (
        <ul class="s source-findings">
          {found.map((finding, at) => <li key={at} class={finding.level === 'error' ? 'over' : 'soon'}><button type="button" class="link" onClick={() => go(finding.line!)}>{des('source.line', { line: finding.line! })}</button> {saying(finding)}</li>)}
        </ul>
      )}
      <div class="source">
        <ol ref={numbers} aria-hidden="true">{numbered(lines, found, broken)}</ol>
        <textarea ref={area} class="mono" aria-label={file.name} wrap="off" spellcheck={false} readOnly={!writable.value} value={file.content}
          onInput={({ currentTarget }) => change(file.name, currentTarget.value)} onScroll={({ currentTarget }) => (numbers.current!.scrollTop = currentTarget.scrollTop)} />
      </div>
    </section>
  )
}

const lineHeight = (field: HTMLElement): number => parseFloat(getComputedStyle(field).lineHeight)

/** The line from which on the text is no XML; null where it is. */
function lineOfFault(text: string): number | null {
  try {
    scan(text)
    return null
  } catch (failure) {
    if (failure instanceof NotXml) return failure.line
    throw failure
  }
}

/** The line on which an element begins. */
function lineOf(text: string, id: string): number | undefined {
  const at = text.indexOf(` id="${id}"`)
  return at < 0 ? undefined : text.slice(0, at).split('\n').length
}

function numbered(lines: number, found: readonly DesignFinding[], broken: number | null) {
  const marks = new Map<number, string>(found.map(({ line, level }) => [line!, level === 'error' ? 'over' : 'soon']))
  if (broken !== null) marks.set(broken, 'over')
  return Array.from({ length: lines }, (_, at) => <li key={at} class={marks.get(at + 1)}>{at + 1}</li>)
}
