/** The table itself: a heading a column, a line a rule, a cell that grows with what is written in it. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import { saying } from '../findings/here'
import type { DesignFinding } from '../state'
import { inElement } from './places'
import { addColumn, addRule, copyRule, moveRule, removeRule, setCell, setNote, type Cell, type Column, type DecisionFile, type Rule, type Side, type Table } from './table'

interface Props {
  file: DecisionFile
  table: Table
  findings: DesignFinding[]
  write: (next: string) => void
  readOnly: boolean
  /** The column whose facts are open. */
  open: { side: Side; at: number } | null
  choose: (side: Side, at: number) => void
  /** Numbers of the rules that counted when a row was tried, from 1. */
  hits: number[]
}

export function Grid(props: Props) {
  const { file, table, write, readOnly, open, choose } = props
  const head = (columns: Column[], side: Side) => columns.map((column, at) => (
    <th key={side + at} scope="col" class={side}>
      <button type="button" class="btn q sm" aria-expanded={open?.side === side && open.at === at} onClick={() => choose(side, at)}>{column.label || column.source || ed('table.unnamed')}</button>
      <span class="d s mono">{column.source}</span>
    </th>
  ))
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={ed('table.rules')}>
        <table class="tbl small grid">
          <thead>
            <tr>
              <th scope="col" class="nth">{ed('table.number')}</th>
              {head(table.inputs, 'input')}
              {head(table.outputs, 'output')}
              <th scope="col">{ed('table.note')}</th>
              {!readOnly && <th scope="col" class="ed-do">{ed('table.acts')}</th>}
            </tr>
          </thead>
          <tbody>{table.rules.map((rule, at) => <Line key={rule.id || at} {...props} rule={rule} at={at} />)}</tbody>
        </table>
      </div>
      {!readOnly && (
        <p class="fx">
          <button type="button" class="btn q sm" onClick={() => write(addRule(file, table, null))}><Icon name="plus" />{ed('table.addRule')}</button>
          <button type="button" class="btn q sm" onClick={() => write(addColumn(file, table, 'input'))}><Icon name="plus" />{ed('table.addInput')}</button>
          <button type="button" class="btn q sm" onClick={() => write(addColumn(file, table, 'output'))}><Icon name="plus" />{ed('table.addOutput')}</button>
        </p>
      )}
    </>
  )
}

function Line({ file, table, findings, write, readOnly, hits, rule, at }: Props & { rule: Rule; at: number }) {
  const number = at + 1
  const mine = findings.filter((finding) => inElement(finding, file, rule.element))
  const cells: [Column, Cell][] = [
    ...table.inputs.map((column, place): [Column, Cell] => [column, rule.inputs[place]!]),
    ...table.outputs.map((column, place): [Column, Cell] => [column, rule.outputs[place]!]),
  ].filter((pair): pair is [Column, Cell] => pair[1] !== undefined)
  const placed = new Set<DesignFinding>()
  const boxes = cells.map(([column, cell], place) => {
    const here = mine.filter((finding) => inElement(finding, file, cell.element) && !placed.has(finding))
    here.forEach((finding) => placed.add(finding))
    return (
      <td key={place} class={column.side}>
        <Box value={cell.text} readOnly={readOnly} label={ed('table.cell', { n: number, column: column.label || column.source })} faults={here} onInput={(words) => write(setCell(file, cell, words))} />
      </td>
    )
  })
  return (
    <tr class={hits.includes(number) ? 'sel' : undefined}>
      <th scope="row" class="nth">
        {number}
        {hits.includes(number) && <span class="tag">{ed('table.hit')}</span>}
        {mine.filter((finding) => !placed.has(finding)).map((finding, one) => <p key={one} class="err">{saying(finding)}</p>)}
      </th>
      {boxes}
      <td><Box value={rule.note} readOnly={readOnly} label={ed('table.noteOf', { n: number })} faults={[]} onInput={(words) => write(setNote(file, rule, words))} /></td>
      {!readOnly && <td class="ed-do nw"><Acts file={file} table={table} write={write} rule={rule} at={at} /></td>}
    </tr>
  )
}

function Acts({ file, table, write, rule, at }: Pick<Props, 'file' | 'table' | 'write'> & { rule: Rule; at: number }) {
  const act = (icon: string, words: string, next: (() => string) | null) => (
    <button type="button" class={`btn q sm${icon === 'up' ? ' ed-turned' : ''}`} aria-label={words} title={words} disabled={!next} onClick={() => next && write(next())}><Icon name={icon === 'up' ? 'down' : icon} /></button>
  )
  const n = at + 1
  return (
    <>
      {act('up', ed('table.up', { n }), at > 0 ? () => moveRule(file, table, at, at - 1) : null)}
      {act('down', ed('table.down', { n }), at < table.rules.length - 1 ? () => moveRule(file, table, at, at + 1) : null)}
      {act('plus', ed('table.below', { n }), () => addRule(file, table, rule))}
      {act('doc', ed('table.copy', { n }), () => copyRule(file, rule))}
      {act('x', ed('table.remove', { n }), () => removeRule(file, rule))}
    </>
  )
}

interface BoxProps {
  value: string
  label: string
  readOnly: boolean
  faults: DesignFinding[]
  onInput: (words: string) => void
}

function Box({ value, label, readOnly, faults, onInput }: BoxProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const box = area.current!
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
  }, [value])
  const error = faults.some(({ level }) => level === 'error')
  return (
    <>
      <textarea ref={area} class="cell mono" rows={1} aria-label={label} aria-invalid={error || undefined} readOnly={readOnly} value={value} spellcheck={false} onInput={({ currentTarget }) => onInput(currentTarget.value)} />
      {faults.map((finding, at) => <p key={at} class={finding.level === 'error' ? 'err' : 's soon'}>{saying(finding)}</p>)}
    </>
  )
}
