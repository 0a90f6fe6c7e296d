/** Where the page is: the address decides, links are ordinary links, and a click on one does not reload. */
import { signal } from '@preact/signals'

export const path = signal(location.pathname)
export const query = signal(location.search)

/** The decoded parts of the address: `/inbox/todo/7f` is `['inbox', 'todo', '7f']`. */
export function parts(): string[] {
  return path.value.split('/').filter(Boolean).map(decode)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function navigate(to: string, how: { replace?: boolean } = {}): void {
  const next = new URL(to, location.href)
  if (next.pathname + next.search !== location.pathname + location.search) {
    history[how.replace ? 'replaceState' : 'pushState'](null, '', next)
  }
  path.value = next.pathname
  query.value = next.search
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = (event.target as Element).closest?.('a')
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (link.hash || link.pathname.startsWith('/api/')) return
  event.preventDefault()
  navigate(link.pathname + link.search)
}

export function startRouter(): void {
  document.addEventListener('click', onClick)
  addEventListener('popstate', () => {
    path.value = location.pathname
    query.value = location.search
  })
}
