/** The saved views that one may use: those that are pinned stand over the list with how many tasks they show. */
import { computed, signal } from '@preact/signals'
import { views as fetchViews, type View } from '../api/views'

export const views = signal<View[] | null>(null)
export const pinned = computed(() => (views.value ?? []).filter((view) => view.pinned))
let loading: Promise<void> | null = null

export function loadViews(): Promise<void> {
  loading ??= fetchViews()
    .then((found) => void (views.value = found), () => undefined)
    .finally(() => (loading = null))
  return loading
}
