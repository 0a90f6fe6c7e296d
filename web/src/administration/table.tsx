/** Parts that all pages of the organisation are made of: a part with its heading and tools, a table, and the end of a dated row. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Resource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { org, type OrgKey } from '../i18n/organisation'
import { FormDialog, said, today } from './form'

interface PartProps<Row> {
  title: OrgKey
  rows: Resource<Row[]>
  heads: OrgKey[]
  tools?: ComponentChildren
  /** What the part says while it has no row. */
  empty: OrgKey
  /** Whether each row is a card where there is no room for columns; its cells then say their `data-head`. */
  stacks?: boolean
  children: (row: Row, reload: () => void) => ComponentChildren
}

export function Part<Row>({ title, rows, heads, tools, empty, stacks = false, children }: PartProps<Row>) {
  const reload = () => void rows.load()
  return (
    <section class="st org-part">
      <header class="fx"><h2 class="small">{org(title)}</h2><span class="push">{tools}</span></header>
      {rows.error.value !== null && <Failed error={rows.error.value} retry={reload} />}
      {rows.content.value?.length === 0 && <p class="d2">{org(empty)}</p>}
      {Boolean(rows.content.value?.length) && (
        <div class="table-scroll" tabIndex={0} role="group" aria-label={org(title)}>
          <table class={stacks ? 'tbl stacks' : 'tbl'}>
            <caption class="vh">{org(title)}</caption>
            <thead><tr>{heads.map((head) => <th key={head} scope="col" class={head === 'actions' ? 'r' : undefined}>{org(head)}</th>)}</tr></thead>
            <tbody>{rows.content.value!.map((row) => children(row, reload))}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}

/** From a day to a day, or on. */
export function span(from: string | null, to: string | null): string {
  return to ? org('span', { from: from ?? '…', to }) : org('span.open', { from: from ?? '…' })
}

interface EndProps {
  what: string
  to: string | null
  onEnd: (day: string) => Promise<unknown>
  reload: () => void
}

/** The button that ends something with a day, which is asked for. */
export function EndButton({ what, to, onEnd, reload }: EndProps) {
  const asking = useSignal(false)
  const end = async (day: string) => {
    await onEnd(day)
    say(org('ended', { what }))
    reload()
  }
  return (
    <>
      <button type="button" class="btn sm" onClick={() => (asking.value = true)}>{org(to ? 'end.change' : 'end')}</button>
      {asking.value && (
        <FormDialog title={org('end.title', { what })} lead={org('end.lead')} fields={[{ name: 'toDate', label: 'toDate', kind: 'day', required: true }]}
          start={{ toDate: to ?? today() }} action={org('end')} onSend={(values) => end(said(values, 'toDate')!)} onClose={() => (asking.value = false)} />
      )}
    </>
  )
}

interface AddProps {
  words: OrgKey
  open: (close: () => void) => ComponentChildren
  primary?: boolean
  small?: boolean
}

/** A button that opens a form. */
export function Opens({ words, open, primary = false, small = true }: AddProps) {
  const shown = useSignal(false)
  return (
    <>
      <button type="button" class={`btn${small ? ' sm' : ''}${primary ? ' pri' : ''}`} onClick={() => (shown.value = true)}>{org(words)}</button>
      {shown.value && open(() => (shown.value = false))}
    </>
  )
}
