/** A list of rows with the same columns: a table when it is only read, cells row by row when it is written. */
import type { Field, Node, Rows, Value, Values } from '../api/types'
import { Icon } from '../frame/icon'
import { either, joined, t } from '../i18n'
import { AS_THE_FORM_SAYS, isDemanded, namesInRow } from './names'
import { isField, isKept, isSection, isThere, valueAt, type Path } from './nodes'
import { Reading } from './reading'
import { Cells, useNames } from './section'
import { RowContext, useWriting } from './writing'

/** More columns than this do not fit a table on the slip. */
const TABLE = 6

export function RowsBlock({ rows, path }: { rows: Rows; path: Path }) {
  const { values, faults, narrow } = useWriting()
  const names = useNames()
  const found = valueAt(values, path)
  const list = (Array.isArray(found) ? found : []) as Values[]
  const name = path.join('.')
  const fault = faults[name]
  const label = either(rows.label, rows.labelEn)
  const asked = !list.length && isDemanded(rows, names, path, AS_THE_FORM_SAYS)
  const columns = rows.components.filter((node) => !isSection(node)).filter(isField)
  const table = rows.access === 'read' && !narrow && columns.length <= TABLE && columns.length === rows.components.length
  return (
    <div class={`rows${rows.access === 'write' ? ' ed' : ''}`} role="group" aria-label={label} data-field={name}>
      <p class="sub">{label}{asked && <span class="req">{t('form.required')}</span>}</p>
      {table ? <Table columns={columns} rows={list} label={label} /> : list.map((row, at) => (
        <RowContext.Provider key={at} value={namesInRow(names, rows.components, row)}>
          <Row rows={rows} path={path} at={at} row={row} list={list} />
        </RowContext.Provider>
      ))}
      {!list.length && rows.access === 'read' && <p class="s d none">{t('form.none')}</p>}
      {fault && <p class="err" role="alert">{fault}</p>}
      {rows.access === 'write' && rows.rowRights.add && list.length < rows.maxRows && <Add path={path} list={list} label={label} />}
    </div>
  )
}

function Row({ rows, path, at, row, list }: { rows: Rows; path: Path; at: number; row: Values; list: Values[] }) {
  const { write } = useWriting()
  const words = t('form.row', { n: at + 1 })
  const remove = () => write(path, list.filter((_, other) => other !== at) as Value)
  return (
    <div class="one" role="group" aria-label={words}>
      <div class="nth s d">
        <span aria-hidden="true">{at + 1}</span>
        {rows.access === 'write' && (rows.rowRights.remove || (rows.rowRights.add && !isThere(row))) && (
          <button type="button" class="btn q sm" aria-label={t('form.remove', { n: at + 1 })} onClick={remove}><Icon name="x" /></button>
        )}
      </div>
      <Cells nodes={isKept(rows, row) ? rows.components.map(asRead) : rows.components} path={[...path, String(at)]} />
    </div>
  )
}

/** A column of a row that may not be written on. */
function asRead(node: Node): Node {
  if (isSection(node)) return { ...node, components: node.components.map(asRead) }
  return isField(node) ? { ...node, access: 'read', required: false } : node
}

function Add({ path, list, label }: { path: Path; list: Values[]; label: string }) {
  const { write } = useWriting()
  const add = () => {
    write(path, [...list, {}])
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`#f-${[...path, list.length].join('-')}, [data-field^="${CSS.escape([...path, list.length].join('.'))}"] :is(input,select,textarea)`)?.focus())
  }
  return <p class="add"><button type="button" class="btn q sm" aria-label={joined(t('form.add'), label)} onClick={add}><Icon name="plus" />{t('form.add')}</button></p>
}

function Table({ columns, rows, label }: { columns: Field[]; rows: Values[]; label: string }) {
  if (!rows.length) return null
  return (
    <table class="tbl small">
      <caption class="vh">{label}</caption>
      <thead><tr>{columns.map((column) => <th key={column.id} scope="col">{either(column.label, column.labelEn)}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>{columns.map((column) => <td key={column.id}><Reading field={column} value={row[column.key] ?? null} /></td>)}</tr>
        ))}
      </tbody>
    </table>
  )
}
