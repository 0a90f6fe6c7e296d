/** Something fetched for a screen: the old content stays while the new is under way, and a late answer never replaces a newer one. */
import { signal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

export interface Resource<Content> {
  content: Signal<Content | null>
  error: Signal<unknown>
  loading: Signal<boolean>
  load: () => Promise<void>
}

export function resource<Content>(fetch: (live: { signal: AbortSignal }) => Promise<Content>): Resource<Content> {
  const content = signal<Content | null>(null)
  const error = signal<unknown>(null)
  const loading = signal(false)
  let running: AbortController | null = null
  async function load(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    try {
      const result = await fetch(mine)
      if (running !== mine) return
      content.value = result
      error.value = null
    } catch (failure) {
      if (running !== mine) return
      error.value = failure
    }
    loading.value = false
  }
  return { content, error, loading, load }
}

/** A resource that belongs to one component and starts again when `key` changes. */
export function useResource<Content>(key: string, fetch: (live: { signal: AbortSignal }) => Promise<Content>): Resource<Content> {
  const kept = useRef<{ key: string; resource: Resource<Content> } | null>(null)
  if (kept.current?.key !== key) kept.current = { key, resource: resource(fetch) }
  const current = kept.current.resource
  useEffect(() => void current.load(), [current])
  return current
}
