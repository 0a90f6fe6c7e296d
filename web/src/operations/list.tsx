/** A list of one kind of thing in operations: pages, errors, nothing. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Page } from '../api/types'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { t } from '../i18n'
import { op, type OpKey } from '../i18n/operations'

interface Props<Item> {
  name: string
  fetch: (cursor: string | null) => Promise<Page<Item>>
  empty: [title: OpKey, hint: OpKey]
  heads: OpKey[]
  caption: OpKey
  children: (item: Item, reload: () => void) => ComponentChildren
}

/** `name` says what is listed; another one fetches anew. */
export function OperationsList<Item>({ name, fetch, empty, heads, caption, children }: Props<Item>) {
  const below = useSignal<Item[]>([])
  const cursor = useSignal<string | null>(null)
  const first = useResource(name, async () => {
    const page = await fetch(null)
    below.value = []
    cursor.value = page.nextCursor
    return page.items
  })
  const more = async () => {
    const page = await fetch(cursor.value)
    below.value = [...below.value, ...page.items]
    cursor.value = page.nextCursor
  }
  if (first.error.value !== null && !first.content.value) return <Failed error={first.error.value} retry={() => void first.load()} />
  if (!first.content.value) return null
  const items = [...first.content.value, ...below.value]
  if (!items.length) return <Empty title={op(empty[0])} hint={op(empty[1])} />
  return (
    <>
      <Table caption={op(caption)} heads={heads}>{items.map((item) => children(item, () => void first.load()))}</Table>
      {cursor.value && <button type="button" class="btn sm more" onClick={() => void more()}>{t('list.more')}</button>}
    </>
  )
}

/** A table that scrolls by itself where it is too wide. */
export function Table({ caption, heads, children }: { caption: string; heads: OpKey[]; children: ComponentChildren }) {
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={caption}>
      <table class="tbl">
        <caption class="vh">{caption}</caption>
        <thead><tr>{heads.map((head) => <th key={head} scope="col" class={head === 'actions' || head === 'number.of' ? 'r' : undefined}>{op(head)}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
