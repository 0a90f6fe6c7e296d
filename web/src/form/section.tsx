/** A section with its vertical heading, and its cells on a grid of sixteen columns. */
import { useContext } from 'preact/hooks'
import type { Field, Node, Section, Value } from '../api/types'
import { either } from '../i18n'
import { Cell } from './cell'
import { isBlank, isHidden } from './names'
import { isField, isOrnament, isRows, valueAt, type Path } from './nodes'
import { COLUMNS, pack, type Place, type Wish } from './pack'
import { Reading, wordsOf } from './reading'
import { RowsBlock } from './rows'
import { RowContext, useWriting } from './writing'

export function SectionBlock({ section, path }: { section: Section; path: Path }) {
  const { values } = useWriting()
  const names = useNames()
  if (isHidden(section, names) || isVacant(section, values, path)) return null
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
  const { values, narrow } = useWriting()
  const names = useNames()
  const seen = nodes.filter((node) => !isHidden(node, names) && node.type !== 'separator')
  const shown = seen.filter((node) => !isIdle(node, seen, values, path, narrow))
  const places = pack(shown.map((node) => wishOf(node, values, path)), narrow)
  return (
    <div class="g">
      {shown.map((node, at) => <Piece key={node.id} node={node} path={path} place={places[at]!} />)}
    </div>
  )
}

/**
 * Nothing to read and nothing to write. On the desk a row stays whole as long as one of its cells has something, so that
 * paper and screen can be laid side by side; on the phone an empty cell is only in the way.
 */
function isIdle(node: Node, all: Node[], values: Value, path: Path, narrow: boolean): boolean {
  const row = node.layout?.row ?? null
  if (!isField(node) || row === null || narrow) return isVacant(node, values, path)
  return all.filter((other) => other.layout?.row === row).every((other) => isVacant(other, values, path))
}

/** Whether the node, with all in it, is read-only and empty. */
export function isVacant(node: Node, values: Value, path: Path): boolean {
  if (isOrnament(node)) return false
  if (isField(node)) return node.access === 'read' && isBlank(node, valueAt(values, [...path, node.key]))
  if (isRows(node)) return node.access === 'read' && !(valueAt(values, [...path, node.path]) as Value[] | null)?.length
  const inner = node.path === undefined ? path : [...path, node.path]
  return node.components.every((child) => isOrnament(child) || isVacant(child, values, inner))
}

/** Fewest columns in which the control of a field can be used. */
const LEAST: Partial<Record<Field['type'], number>> = { select: 3, radio: 4, checklist: 4, taglist: 4, textarea: 4, filepicker: 8 }
const LEAST_MOMENT = { date: 4, time: 3, datetime: 6 }

function leastOf(field: Field): number {
  if (field.access === 'read') return 2
  return field.type === 'datetime' ? LEAST_MOMENT[field.subtype ?? 'date'] : LEAST[field.type] ?? 3
}

function wishOf(node: Node, values: Value, path: Path): Wish {
  const row = node.layout?.row ?? null
  if (!isField(node)) return { row, columns: node.type === 'spacer' ? node.layout?.columns ?? null : COLUMNS, editable: false, least: 1, extent: 0 }
  const value = valueAt(values, [...path, node.key])
  const extent = node.access === 'read' && !isBlank(node, value) && node.type !== 'filepicker' ? extentOf(wordsOf(node, value)) : 0
  return { row, columns: node.layout?.columns ?? null, editable: node.access === 'write', least: leastOf(node), extent }
}

const LATIN = 0.6

function extentOf(words: string): number {
  return Array.from(words).reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : LATIN), 0)
}

function Piece({ node, path, place }: { node: Node; path: Path; place: Place }) {
  const style = { gridColumn: `span ${place.width}` }
  if (isField(node)) return <Cell field={node} path={[...path, node.key]} place={place} />
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
