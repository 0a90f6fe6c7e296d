/** The components of the form in their order: chosen, moved by dragging or by buttons, copied, taken out, added. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import type { DesignFinding } from '../state'
import { childrenIn, fits, idOf, isContainer, keyOf, KINDS, nameOf, type Component, type FormFile, type Kind, type Place } from './tree'

interface Props {
  form: FormFile
  selected: Place | null
  findings: DesignFinding[]
  readOnly: boolean
  document: boolean
  select: (place: Place | null) => void
  move: (from: Place, to: Place) => void
  add: (kind: Kind) => void
}

export const samePlace = (one: Place | null, other: Place): boolean => one !== null && one.join() === other.join()

export function Outline(props: Props) {
  const { form, selected, readOnly, document, select, add, findings } = props
  const dragged = useSignal<Place | null>(null)
  const over = useSignal('')
  const own = findings.some(({ element }) => element === null || element === form.id)
  return (
    <nav class="ed-outline" aria-label={ed('outline')}>
      <button type="button" class="btn q ed-item" aria-pressed={selected === null} onClick={() => select(null)}>
        <b>{ed(document ? 'outline.document' : 'outline.form')}</b>{own && <Mark />}
      </button>
      <List {...props} list={form.components} above={[]} dragged={dragged} over={over} />
      {!readOnly && (
        <label class="fld">
          <span class="vh">{ed('outline.add')}</span>
          <select class="in" value="" onChange={({ currentTarget }) => { add(currentTarget.value as Kind); currentTarget.value = '' }}>
            <option value="" disabled>{ed('outline.add')}</option>
            {KINDS.map((kind) => <option key={kind} value={kind}>{ed(`kind.${kind}`)}</option>)}
          </select>
        </label>
      )}
    </nav>
  )
}

interface ListProps extends Props {
  list: Component[]
  above: Place
  dragged: { value: Place | null }
  over: { value: string }
}

function List(props: ListProps) {
  const { list, above } = props
  return (
    <ol>
      {list.map((component, at) => <Item key={idOf(component) || at} {...props} component={component} place={[...above, at]} />)}
      {above.length > 0 && !list.length && <li class="s d">{ed('outline.empty')}</li>}
    </ol>
  )
}

function Item(props: ListProps & { component: Component; place: Place }) {
  const { form, component, place, selected, findings, readOnly, select, move, dragged, over } = props
  const item = useRef<HTMLButtonElement>(null)
  const chosen = samePlace(selected, place)
  useEffect(() => {
    if (chosen) item.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const key = place.join()
  const bad = findings.some(({ element }) => element !== null && element === idOf(component))
  const drop = (event: DragEvent) => {
    event.preventDefault()
    event.stopPropagation()
    over.value = ''
    const from = dragged.value
    dragged.value = null
    // Onto a group it goes inside, at the end; onto anything else it goes before it.
    if (from) move(from, isContainer(component) && !samePlace(from, place) ? [...place, childrenIn(component).length] : place)
  }
  const allow = (event: DragEvent) => {
    const [from] = [dragged.value]
    const target = isContainer(component) ? [...place, 0] : place
    const moving = from && from.reduce<Component | undefined>((found, position, depth) => (depth ? found && childrenIn(found)[position] : form.components[position]), undefined)
    if (!moving || !fits(form, moving, target)) return
    event.preventDefault()
    event.stopPropagation()
    over.value = key
  }
  return (
    <li>
      <button
        ref={item} type="button" class={`btn q ed-item${over.value === key ? ' over' : ''}`} aria-pressed={chosen} draggable={!readOnly}
        onClick={() => select(place)} onDragStart={() => (dragged.value = place)} onDragOver={allow} onDragLeave={() => (over.value = '')} onDrop={drop} onDragEnd={() => { dragged.value = null; over.value = '' }}
      >
        <span>{nameOf(component) || ed(`kind.${component.type}` as 'kind.text')}</span>
        {keyOf(component) && keyOf(component) !== nameOf(component) && <span class="d s mono">{keyOf(component)}</span>}
        {bad && <Mark />}
      </button>
      {isContainer(component) && <List {...props} list={childrenIn(component)} above={place} />}
    </li>
  )
}

const Mark = () => <span class="ed-mark"><Icon name="alert" label={ed('outline.finding')} /></span>
