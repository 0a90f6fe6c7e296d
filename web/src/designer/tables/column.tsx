/** The facts of one column: what it is called, what it reads or gives, its type and the values that are let in. */
import { ed } from '../../i18n/designer-editors'
import { removeColumn, setColumn, TYPES, type Column, type ColumnFacts, type DecisionFile, type Table } from './table'

interface Props {
  file: DecisionFile
  table: Table
  column: Column
  write: (next: string) => void
  readOnly: boolean
  close: () => void
}

export function ColumnPanel({ file, table, column, write, readOnly, close }: Props) {
  const set = (facts: Partial<ColumnFacts>) => write(setColumn(file, column, facts))
  const input = column.side === 'input'
  const alone = !input && table.outputs.length < 2
  const field = (label: string, key: 'label' | 'source' | 'allowed', hint = '') => (
    <label class="fld">
      <span class="l">{label}</span>
      <input class={`in${key === 'label' ? '' : ' mono'}`} readOnly={readOnly} value={column[key]} onInput={({ currentTarget }) => set({ [key]: currentTarget.value })} />
      {hint && <span class="s d">{hint}</span>}
    </label>
  )
  return (
    <fieldset class="ed-column">
      <legend class="vh">{ed(input ? 'column.input' : 'column.output')}</legend>
      {field(ed('column.label'), 'label')}
      {field(ed(input ? 'column.reads' : 'column.name'), 'source', input ? ed('column.reads.hint') : ed('column.name.hint'))}
      <label class="fld">
        <span class="l">{ed('column.type')}</span>
        <select class="in" disabled={readOnly} value={column.type} onChange={({ currentTarget }) => set({ type: currentTarget.value })}>
          {[...new Set([...TYPES, column.type])].map((type) => <option key={type} value={type}>{type ? ed(`type.${type}` as 'type.string') : ed('type.none')}</option>)}
        </select>
      </label>
      {field(ed('column.allowed'), 'allowed', ed('column.allowed.hint'))}
      <p class="fx">
        <button type="button" class="btn sm" onClick={close}>{ed('column.close')}</button>
        {!readOnly && (
          <button type="button" class="btn sm" disabled={alone} onClick={() => { close(); write(removeColumn(file, table, column)) }}>{ed('column.remove')}</button>
        )}
        {!readOnly && alone && <span class="s d">{ed('column.last')}</span>}
      </p>
    </fieldset>
  )
}
