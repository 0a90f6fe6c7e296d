/** A list that is fetched page by page, as one asks for more. */
import { useSignal, type Signal } from '@preact/signals'
import type { Page } from '../api/types'
import { useResource } from '../frame/resource'

export interface Paged<Row> {
  rows: Signal<Row[]>
  error: Signal<unknown>
  loaded: boolean
  retry: () => void
  /** Absent on the last page. */
  more: (() => void) | undefined
}

/** The rows of `fetch`, from the start again whenever `key` changes. */
export function usePaged<Row>(key: string, fetch: (cursor: string | null) => Promise<Page<Row>>): Paged<Row> {
  const rows = useSignal<Row[]>([])
  const cursor = useSignal<string | null>(null)
  const error = useSignal<unknown>(null)
  const first = useResource(key, async () => {
    const page = await fetch(null)
    rows.value = page.items
    cursor.value = page.nextCursor
    error.value = null
    return page
  })
  const more = async () => {
    try {
      const page = await fetch(cursor.value)
      rows.value = [...rows.value, ...page.items]
      cursor.value = page.nextCursor
    } catch (failure) {
      error.value = failure
    }
  }
  return {
    rows,
    error: first.error.value === null ? error : first.error,
    loaded: first.content.value !== null,
    retry: () => void first.load(),
    more: cursor.value ? () => void more() : undefined,
  }
}
