/** The decision tables of one file: one decision in front, its columns, rules and cells, and a row to try it with. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { ed } from '../../i18n/designer-editors'
import { findingsIn } from '../findings/here'
import { Findings } from '../findings/list'
import type { EditorProps } from '../parts'
import { change, writable } from '../state'
import { NotXml } from '../text/xml'
import { ColumnPanel } from './column'
import { Facts } from './facts'
import { Grid } from './grid'
import { inElement } from './places'
import { linesOf, readDecisions, setCell, type DecisionFile } from './table'
import { Trial, type Made } from './trial'
import '../editors.css'

export default function TableEditor({ file }: EditorProps) {
  const read = useMemo(() => readable(file.content), [file.content])
  const chosen = useSignal(0)
  const column = useSignal<{ side: 'input' | 'output'; at: number } | null>(null)
  const made = useSignal<Made[]>([])
  const found = findingsIn(file.name)
  if (read instanceof NotXml) return <div class="ed-page"><p class="note over">{ed('text.notXml', { line: read.line })}</p></div>
  const decision = read.decisions[Math.min(chosen.value, read.decisions.length - 1)]
  if (!decision) return <div class="ed-page"><p class="note over">{ed('table.none')}</p></div>
  const write = (next: string) => {
    made.value = []
    change(file.name, next)
  }
  const readOnly = !writable.value
  const here = found.filter((finding) => inElement(finding, read, decision.element))
  const open = column.value && decision.table?.[column.value.side === 'input' ? 'inputs' : 'outputs'][column.value.at]
  return (
    <div class="ed-page tables">
      {read.decisions.length > 1 && <Choice file={read} chosen={chosen.value} choose={(at) => { chosen.value = at; column.value = null }} />}
      <Facts key={decision.id} file={read} decision={decision} write={write} readOnly={readOnly} />
      <Findings items={here.filter(({ line }) => !line || !inRules(line, read, decision.table?.rules.map(({ element }) => element) ?? []))} />
      {open && decision.table && <ColumnPanel key={`${column.value!.side}${column.value!.at}`} file={read} table={decision.table} column={open} write={write} readOnly={readOnly} close={() => (column.value = null)} />}
      {decision.table && (
        <Grid
          file={read} table={decision.table} findings={here} write={write} readOnly={readOnly} open={column.value}
          choose={(side, at) => (column.value = column.value?.side === side && column.value.at === at ? null : { side, at })}
          hits={made.value.find(({ id }) => id === decision.id)?.rules ?? []}
        />
      )}
      {decision.expression && <Expression file={read} write={write} readOnly={readOnly} at={decision.expression} />}
      <Trial name={file.name} file={read} decision={decision} made={made} />
    </div>
  )
}

function readable(text: string): DecisionFile | NotXml {
  try {
    return readDecisions(text)
  } catch (failure) {
    if (failure instanceof NotXml) return failure
    throw failure
  }
}

function inRules(line: number, file: DecisionFile, rules: Parameters<typeof linesOf>[1][]): boolean {
  return rules.some((element) => {
    const [first, last] = linesOf(file.text, element)
    return first <= line && line <= last
  })
}

function Choice({ file, chosen, choose }: { file: DecisionFile; chosen: number; choose: (at: number) => void }) {
  return (
    <div class="ed-choice" role="group" aria-label={ed('table.decisions')}>
      {file.decisions.map(({ id, name, validFrom, validTo }, at) => (
        <button key={id} type="button" class="btn sm" aria-pressed={at === chosen} onClick={() => choose(at)}>
          {name}
          {(validFrom || validTo) && <span class="d nw">{validTo ? ed('table.days', { from: validFrom || '…', to: validTo }) : ed('table.since', { from: validFrom })}</span>}
        </button>
      ))}
    </div>
  )
}

function Expression({ file, at, write, readOnly }: { file: DecisionFile; at: Parameters<typeof setCell>[1]; write: (next: string) => void; readOnly: boolean }) {
  return (
    <label class="fld">
      <span class="l">{ed('table.expression')}</span>
      <textarea class="in mono" rows={3} readOnly={readOnly} value={at.text} onInput={({ currentTarget }) => write(setCell(file, at, currentTarget.value))} />
    </label>
  )
}
