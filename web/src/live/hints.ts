/**
 * "Something changed for you." One tab per browser listens to the server's stream and tells the others; when the stream is
 * refused or dead, that tab asks for hints by polling instead. A hint says only what to fetch again, never the content.
 */
import { startLeading } from './leader'

export type Hint = 'tasks' | 'notifications'

const POLL_MS = 20_000
const STREAM_AGAIN_MS = 120_000
const listeners = new Set<(hint: Hint) => void>()
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('liandong.hints')

export function onHint(listener: (hint: Hint) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Tells this tab and the others; also used after the person's own acts. */
export function giveHint(hint: Hint): void {
  tabs?.postMessage(hint)
  tell(hint)
}

function tell(hint: Hint): void {
  for (const listener of listeners) listener(hint)
}

function isHint(kind: unknown): kind is Hint {
  return kind === 'tasks' || kind === 'notifications'
}

function both(): void {
  giveHint('tasks')
  giveHint('notifications')
}

function listen(): () => void {
  let stream: EventSource | null = null
  let poll: ReturnType<typeof setInterval> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  function open(): void {
    stream = new EventSource('/api/v1/events')
    stream.addEventListener('open', () => {
      // What changed while nobody listened, before the first stream too, was told to nobody.
      both()
      clearInterval(poll)
      poll = undefined
    })
    stream.addEventListener('change', (event) => {
      const kind = parse((event as MessageEvent<string>).data)
      if (isHint(kind)) giveHint(kind)
    })
    stream.addEventListener('error', () => {
      poll ??= setInterval(both, POLL_MS)
      if (stream?.readyState !== EventSource.CLOSED) return
      clearTimeout(again)
      again = setTimeout(open, STREAM_AGAIN_MS)
    })
  }
  open()
  return () => {
    stream?.close()
    clearInterval(poll)
    clearTimeout(again)
  }
}

function parse(data: string): unknown {
  try {
    return (JSON.parse(data) as { kind?: unknown }).kind
  } catch {
    return undefined
  }
}

let started = false

export function startHints(): void {
  if (started) return
  started = true
  tabs?.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isHint(event.data)) tell(event.data)
  })
  startLeading(listen)
  addEventListener('online', both)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && (tell('tasks'), tell('notifications')))
}
