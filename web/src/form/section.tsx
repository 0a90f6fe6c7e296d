/** A section with its vertical heading, and its cells on a grid of sixteen columns. */
import { useContext } from 'preact/hooks'
import type { Node, Section } from '../api/types'
import { narrow } from '../frame/media'
import { either } from '../i18n'
import { Cell } from './cell'
import { isHidden } from './names'
import { isField, isOrnament, isRows, type Path } from './nodes'
import { COLUMNS, pack } from './pack'
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

/** A group inside a group: a line with its name, then its cells. */
function SubSection({ section, path, style }: { section: Section; path: Path; style: { gridColumn: string } }) {
  const label = either(section.label, section.labelEn)
  return (
    <div class="c bare nested" style={style} role="group" aria-label={label || undefined}>
      {label && <p class="sub" aria-hidden="true">{label}</p>}
      <Cells nodes={section.components} path={section.path === undefined ? path : [...path, section.path]} />
    </div>
  )
}

function Paragraphs({ text }: { text: string }) {
  return <>{text.split(/\n+/).filter(Boolean).map((line, at) => <p key={at}>{line.replace(/^#+\s*|\*\*/g, '')}</p>)}</>
}
