/** The differences of two versions, file by file: drawings side by side, and every change in words with before and after. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { ChangedFile, ChangedItem, FileText } from '../../api/designs'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import { grouped, marks, wordOf, type Group } from './changes'
import type { Pair } from './pair'

export interface Side {
  label: string
  files: readonly FileText[]
}

interface Props {
  before: Side
  after: Side
  changes: readonly ChangedFile[]
}

export function Comparison({ before, after, changes }: Props) {
  if (!changes.length) return <p class="note">{ed('compare.same')}</p>
  return <div class="ed-compare">{changes.map((file) => <File key={file.name} file={file} before={before} after={after} />)}</div>
}

const contentIn = ({ files }: Side, name: string): string | null => files.find((file) => file.name === name)?.content ?? null

function File({ file, before, after }: { file: ChangedFile; before: Side; after: Side }) {
  const pair = useRef<Pair | null>(null)
  const groups = useMemo(() => grouped(file), [file])
  const show = file.kind === 'bpmn' ? (element: string) => pair.current?.show(element) : null
  return (
    <section class="ed-file" aria-label={file.name}>
      <h3><span class="mono">{file.name}</span> <span class={`tag ed-${file.change}`}>{ed(`file.${file.change}`)}</span></h3>
      {!file.readable && <p class="note soon">{ed('compare.unreadable')}</p>}
      {file.kind === 'bpmn' && file.readable && file.change !== 'spelling' && <Drawings file={file} before={before} after={after} pair={pair} />}
      {file.change === 'layout' && <p class="s d2">{ed('compare.layout')}</p>}
      {file.change === 'spelling' && <p class="s d2">{ed('compare.spelling')}</p>}
      {groups.length > 0 && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label={ed('compare.items', { file: file.name })}>
          <table class="tbl small ed-items">
            <thead><tr><th scope="col">{ed('compare.where')}</th><th scope="col">{ed('compare.what')}</th><th scope="col">{ed('compare.before')}</th><th scope="col">{ed('compare.after')}</th></tr></thead>
            <tbody>{groups.map((group) => <Rows key={group.element ?? ''} group={group} show={show} />)}</tbody>
          </table>
        </div>
      )}
      {file.more > 0 && <p class="s d">{ed('compare.more', { n: file.more })}</p>}
      {!groups.length && (file.change === 'added' || file.change === 'removed') && <Text text={contentIn(after, file.name) ?? contentIn(before, file.name)} />}
    </section>
  )
}

function Rows({ group, show }: { group: Group; show: ((element: string) => void) | null }) {
  return (
    <>
      {group.items.map((item, at) => (
        <tr key={at}>
          {at === 0 && (
            <th scope="row" rowSpan={group.items.length}>
              {show && group.element ? <button type="button" class="link" onClick={() => show(group.element!)}>{group.name}</button> : group.name}
              {group.element && group.element !== group.name && <span class="s d mono block">{group.element}</span>}
            </th>
          )}
          <Item item={item} />
        </tr>
      ))}
    </>
  )
}

function Item({ item: { property, change, before, after } }: { item: ChangedItem }) {
  return (
    <>
      <td><span class={`tag ed-${change}`}>{ed(`change.${change}`)}</span> {property !== null && <span title={property}>{wordOf(property)}</span>}</td>
      <td class="ed-old">{before}</td>
      <td class="ed-fresh">{after}</td>
    </>
  )
}

function Drawings({ file, before, after, pair }: { file: ChangedFile; before: Side; after: Side; pair: { current: Pair | null } }) {
  const left = useRef<HTMLDivElement>(null)
  const right = useRef<HTMLDivElement>(null)
  const failed = useSignal(false)
  const [old, fresh] = [contentIn(before, file.name), contentIn(after, file.name)]
  useEffect(() => {
    let gone = false
    void import('./pair')
      .then(({ openPair }) => openPair([left.current!, right.current!], [old, fresh], marks(file)))
      .then((opened) => (gone ? opened.close() : (pair.current = opened)), () => (failed.value = true))
    return () => {
      gone = true
      pair.current?.close()
      pair.current = null
    }
  }, [file, old, fresh])
  return (
    <>
      <div class="ed-pair">
        <figure><figcaption class="s d2">{before.label}</figcaption><div class="ed-drawing" ref={left}>{old === null && <p class="s d">{ed('compare.absent')}</p>}</div></figure>
        <figure><figcaption class="s d2">{after.label}</figcaption><div class="ed-drawing" ref={right}>{fresh === null && <p class="s d">{ed('compare.absent')}</p>}</div></figure>
      </div>
      {failed.value && <p class="note soon"><Icon name="alert" /> {ed('compare.undrawn')}</p>}
      <p class="fx s">{(['added', 'removed', 'changed', 'moved'] as const).map((change) => <span key={change} class={`tag ed-${change}`}>{ed(`change.${change}`)}</span>)}</p>
    </>
  )
}

/** Of a file that came or went as a whole. */
function Text({ text }: { text: string | null }) {
  return text === null ? null : <details><summary>{ed('compare.text')}</summary><pre class="s mono ed-source">{text}</pre></details>
}
