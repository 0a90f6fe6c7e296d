/**
 * The one door to the server. It adds what every request needs (language, CSRF token, an idempotency key on POST), tries again
 * when the network fails (a POST with the SAME key, so that nothing happens twice), and when the session has ended it waits
 * until the person has signed in again and then goes on, so nothing that was typed is lost.
 */
import { signal } from '@preact/signals'
import { language } from '../i18n'
import { identifier } from './identifier'
import { Problem, Unreachable } from './problem'
import type { ProblemBody } from './types'

export interface Ask {
  /** A list stands in the address once for each of its members. */
  query?: Record<string, string | number | string[] | null | undefined>
  body?: unknown
  /** A file that is sent as it is, in place of a body. */
  file?: Blob
  /** Revision of what is being changed; the server refuses when it is not the latest. */
  ifMatch?: string | undefined
  signal?: AbortSignal | undefined
  /** False where a missing session is an answer, not an interruption. */
  signIn?: boolean
}

export interface Reply<Body> {
  body: Body
  etag: string | undefined
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** False from the first request without an answer until the next one with an answer. */
export const online = signal(true)
/** Requests under way that a person waits for. */
export const busy = signal(0)
/** How far this computer's clock is from the server's, in milliseconds. */
export const clockSkew = signal(0)

/** What the session gives the client; set by the session, so that the client need not know it. */
export const door = {
  csrfToken: '',
  /** Resolves once somebody has signed in again, with true when it is the same person. */
  signInAgain: (): Promise<boolean> => Promise.resolve(false),
  /** Fetches a new CSRF token after another tab has signed in. */
  refreshToken: (): Promise<void> => Promise.resolve(),
}

const PAUSES = [400, 1600]
/** Browsers let 64 KiB of a page's requests outlive it, all together; longer ones and second attempts go without. */
const OUTLIVES = 8_000
/** Without a key or a pointer for so long, what the page asks for is its own doing and must not keep the session awake. */
const PRESENT_MS = 30_000
let touchedAt = Date.now()
for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
  addEventListener(kind, () => (touchedAt = Date.now()), { capture: true, passive: true })
}

export async function ask<Body>(method: Method, path: string, options: Ask = {}): Promise<Reply<Body>> {
  const key = method === 'POST' ? identifier() : undefined
  busy.value++
  try {
    return await askUntilAnswered<Body>(method, path, options, key)
  } finally {
    busy.value--
  }
}

async function askUntilAnswered<Body>(method: Method, path: string, options: Ask, key: string | undefined): Promise<Reply<Body>> {
  let renewed = false
  for (;;) {
    const response = await send(method, path, options, key)
    if (response.ok) return { body: (await read(response)) as Body, etag: response.headers.get('ETag') ?? undefined }
    const problem = await readProblem(response)
    if (problem.status === 401 && options.signIn !== false && (await door.signInAgain())) continue
    if (problem.status === 403 && problem.code.startsWith('csrf') && !renewed) {
      renewed = true
      await door.refreshToken()
      continue
    }
    throw problem
  }
}

async function send(method: Method, path: string, options: Ask, key: string | undefined): Promise<Response> {
  const text = options.body === undefined ? null : JSON.stringify(options.body)
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(addressOf(path, options.query), {
        method,
        headers: headersOf(method, options, key),
        body: options.file ?? text,
        // Who decides and closes the page in the same breath has decided.
        keepalive: method !== 'GET' && attempt === 0 && !options.file && (text?.length ?? 0) <= OUTLIVES,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: options.signal ?? null,
      })
      if (![502, 503, 504].includes(response.status) || attempt >= PAUSES.length) {
        online.value = true
        readClock(response)
        return response
      }
    } catch (error) {
      if (options.signal?.aborted) throw error
      if (attempt >= PAUSES.length || !navigator.onLine) {
        online.value = false
        throw new Unreachable()
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSES[attempt]))
  }
}

export function addressOf(path: string, query: Ask['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null && one !== undefined && one !== '') search.append(name, String(one))
  }
  const text = search.toString()
  return `/api/v1${path}${text && `?${text}`}`
}

export function headersOf(method: Method, options: Ask, key: string | undefined): Headers {
  const result = new Headers({
    Accept: 'application/json',
    'Accept-Language': language.value === 'en' ? 'en' : 'zh-CN',
  })
  if (options.body !== undefined) result.set('Content-Type', 'application/json')
  if (method !== 'GET' && door.csrfToken) result.set('X-CSRF-Token', door.csrfToken)
  if (key) result.set('Idempotency-Key', key)
  if (Date.now() - touchedAt > PRESENT_MS) result.set('X-Background', '1')
  if (options.ifMatch !== undefined) result.set('If-Match', options.ifMatch)
  return result
}

function readClock(response: Response): void {
  const date = Date.parse(response.headers.get('Date') ?? '')
  // The header has whole seconds and travels; less than two seconds is no difference.
  if (Number.isFinite(date)) {
    const skew = date - Date.now()
    clockSkew.value = Math.abs(skew) < 2000 ? 0 : skew
  }
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const text = await response.text()
  return text ? JSON.parse(text) : undefined
}

async function readProblem(response: Response): Promise<Problem> {
  let body: Partial<ProblemBody> = {}
  try {
    body = (await response.json()) as Partial<ProblemBody>
  } catch {
    // An answer from a proxy in between is no JSON; its status is all there is.
  }
  return new Problem({ ...body, status: response.status, code: body.code ?? `http-${response.status}` })
}
