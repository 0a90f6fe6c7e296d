/** Lists of names and values inside an extension element, row by row. */
import { des } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { Act, Text } from './controls'
import { add, addInside, extensions, inside, remove, removeInside, text, write, type Subject } from './element'
import { Expression } from './expression'

interface Props {
  subject: Subject
  /** The element that holds the rows; without it they stand among the extension elements themselves. */
  holder?: ModdleElement
  name: string
  title: string
  hint?: string
  /** The attribute beside the name: a value that is an expression, or another name. */
  other?: 'value' | 'as'
}

export function Rows({ subject, holder, name, title, hint, other = 'value' }: Props) {
  const rows = holder ? inside(holder, name) : extensions(subject.model, name)
  const drop = (row: ModdleElement) => (holder ? removeInside(subject, holder, row) : remove(subject, row))
  const more = () => (holder ? addInside(subject, holder, name, { name: free(rows) }) : void add(subject, name, { name: free(rows) }))
  return (
    <div class="values">
      <h4 class="s">{title}</h4>
      {hint && <p class="s d">{hint}</p>}
      {rows.map((row, index) => (
        <div class="pair" key={index}>
          <Text label={des('value.name')} mono value={text(row, 'name')} onValue={(next) => next && write(subject, row, { name: next })} />
          {other === 'as' ? <Text label={des('value.as')} mono value={text(row, 'as')} onValue={(as) => write(subject, row, { as })} /> : <Expression label={des('value.value')} model={subject.model} value={text(row, 'value')} onValue={(value) => write(subject, row, { value })} />}
          <Act label={des('value.remove', { name: text(row, 'name') })} onAct={() => drop(row)}>✕</Act>
        </div>
      ))}
      <Act onAct={more}>＋ {des('value.add')}</Act>
    </div>
  )
}

function free(rows: readonly ModdleElement[]): string {
  const taken = new Set(rows.map((row) => text(row, 'name')))
  for (let n = 1; ; n++) if (!taken.has(`value${n}`)) return `value${n}`
}
