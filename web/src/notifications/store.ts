/** The person's notifications: how many are unread, the list, and marking as read. */
import { signal } from '@preact/signals'
import * as api from '../api/calls'
import type { Notice } from '../api/types'
import { resource } from '../frame/resource'
import { giveHint, onHint } from '../live/hints'

export const unread = signal(0)
const more = signal<Notice[]>([])
export const nextCursor = signal<string | null>(null)

export const list = resource(async () => {
  const page = await api.notices()
  unread.value = page.unread
  more.value = []
  nextCursor.value = page.nextCursor
  return page.items
})

export function shown(): Notice[] {
  return [...(list.content.value ?? []), ...more.value]
}

export async function loadMore(): Promise<void> {
  if (!nextCursor.value) return
  const page = await api.notices(nextCursor.value)
  more.value = [...more.value, ...page.items]
  nextCursor.value = page.nextCursor
}

export async function markRead(notices: Notice[]): Promise<void> {
  const ids = notices.filter(({ readAt }) => !readAt).map(({ id }) => id)
  if (!ids.length) return
  await api.markNoticesRead(ids)
  await list.load()
  giveHint('notifications')
}

let started = false

export function startNotices(): void {
  if (started) return
  started = true
  void list.load()
  onHint((hint) => void (hint === 'notifications' && list.load()))
}
