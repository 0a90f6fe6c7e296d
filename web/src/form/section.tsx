/** A section with its vertical heading, and its cells on a grid of sixteen columns. */
import { useContext } from 'preact/hooks'
import type { Field, Node, Section, Value } from '../api/types'
import { narrow } from '../frame/media'
import { either } from '../i18n'
import { Cell } from './cell'
import { isBlank, isHidden } from './names'
import { isField, isOrnament, isRows, valueAt, type Path } from './nodes'
import { COLUMNS, pack } from './pack'
import { Reading } from './reading'
import { RowsBlock } from './rows'
import { RowContext, useWriting } from './writing'

export function SectionBlock({ section, path }: { section: Section; path: Path }) {
  const names = useNames()
  if (isHidden(section, names)) return null
  const label = either(section.label, section.labelEn)
  const inner = section.path === undefined ? path : [...path, section.path]
  const id = `section-${section.id}`
  return (
    <section class={label ? 'fs' : 'fs flat'} aria-labelledby={label ? id : undefined}>
      {label && <h3 id={id}><span>{label}</span></h3>}
      <Cells nodes={section.components} path={inner} />
    </section>
  )
}

/** Inside a row list its columns come before the form's names. */
export function useNames() {
  return useContext(RowContext) ?? useWriting().names
}

export function Cells({ nodes, path }: { nodes: Node[]; path: Path }) {
  const names = useNames()
  const shown = nodes.filter((node) => !isHidden(node, names) && node.type !== 'separator')
  const widths = pack(shown.map(wishOf), narrow.value)
  return (
    <div class="g">
      {shown.map((node, at) => <Piece key={node.id} node={node} path={path} width={widths[at]!} />)}
    </div>
  )
}

function wishOf(node: Node) {
  const columns = isField(node) ? node.layout?.columns ?? null : node.type === 'spacer' ? node.layout?.columns ?? null : COLUMNS
  return { row: node.layout?.row ?? null, columns, editable: isField(node) && node.access === 'write' }
}

function Piece({ node, path, width }: { node: Node; path: Path; width: number }) {
  const style = { gridColumn: `span ${width}` }
  if (isField(node)) return <Cell field={node} path={[...path, node.key]} width={width} />
  if (isRows(node)) return <div class="c bare" style={style}><RowsBlock rows={node} path={[...path, node.path]} /></div>
  if (isOrnament(node)) return <div class="c bare text" style={style}>{node.type === 'text' && <Paragraphs text={either(node.text, node.textEn)} />}</div>
  return <SubSection section={node} path={path} style={style} />
}

/** A group inside a group: facts in one line when they are only read, else a line with its name and then its cells. */
function SubSection({ section, path, style }: { section: Section; path: Path; style: { gridColumn: string } }) {
  const { values } = useWriting()
  const names = useNames()
  const label = either(section.label, section.labelEn)
  const inner = section.path === undefined ? path : [...path, section.path]
  const shown = section.components.filter((node) => !isHidden(node, names))
  if (label && shown.every((node) => isField(node) && isShort(node))) {
    const facts = shown.filter(isField).filter((field) => !isBlank(field, valueAt(values, [...inner, field.key])))
    return (
      <div class="c" style={style} role="group" aria-label={label}>
        <span class="l" aria-hidden="true">{label}</span>
        <div>{facts.map((field) => <Fact key={field.id} field={field} value={valueAt(values, [...inner, field.key])} />)}</div>
      </div>
    )
  }
  return (
    <div class="c bare nested" style={style} role="group" aria-label={label || undefined}>
      {label && <p class="sub" aria-hidden="true">{label}</p>}
      <Cells nodes={section.components} path={inner} />
    </div>
  )
}

const isShort = (field: Field): boolean => field.access === 'read' && ['number', 'select', 'radio', 'datetime', 'checkbox'].includes(field.type)

/** 收缩压 186 mmHg ↑ */
function Fact({ field, value }: { field: Field; value: Value }) {
  return <span class="vs"><span class="s d2">{either(field.label, field.labelEn)}</span> <Reading field={field} value={value} /></span>
}

function Paragraphs({ text }: { text: string }) {
  return <>{text.split(/\n+/).filter(Boolean).map((line, at) => <p key={at}>{line.replace(/^#+\s*|\*\*/g, '')}</p>)}</>
}
