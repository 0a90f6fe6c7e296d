/**
 * Sending a file, with its progress, which fetch cannot tell. A weak network is met with patience: the same file under the
 * same id is sent again after a pause, or when the network is back; the server keeps it once.
 */
import { addressOf, door, headersOf, online } from './client'
import { Problem, Unreachable } from './problem'
import type { ProblemBody } from './types'

const PAUSES = [1_000, 3_000, 8_000]
const UNAVAILABLE = [0, 502, 503, 504]
/** Without a byte going out for so long the connection is given up and begun anew. */
const SILENCE_MS = 30_000

export interface Sending {
  path: string
  query: Record<string, string>
  content: Blob
  onProgress: (sent: number) => void
  signal: AbortSignal
}

export async function upload<Body>(sending: Sending): Promise<Body> {
  let renewed = false
  for (let attempt = 0; ; ) {
    const { status, body } = await send(sending)
    sending.signal.throwIfAborted()
    if (status >= 200 && status < 300) {
      online.value = true
      return body as Body
    }
    if (UNAVAILABLE.includes(status)) {
      if (attempt >= PAUSES.length) throw new Unreachable()
      await pause(PAUSES[attempt++]!)
      continue
    }
    const problem = new Problem({ ...(body as Partial<ProblemBody>), status, code: (body as Partial<ProblemBody>)?.code ?? `http-${status}` })
    if (status === 401 && (await door.signInAgain())) continue
    if (status !== 403 || !problem.code.startsWith('csrf') || renewed) throw problem
    renewed = true
    await door.refreshToken()
  }
}

function send({ path, query, content, onProgress, signal }: Sending): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('PUT', addressOf(path, query))
    headersOf('PUT', {}, undefined).forEach((value, name) => request.setRequestHeader(name, value))
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    let silence = setTimeout(() => request.abort(), SILENCE_MS)
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(() => request.abort(), SILENCE_MS)
    }
    request.upload.onprogress = ({ loaded }) => {
      heard()
      onProgress(loaded)
    }
    const stop = () => request.abort()
    signal.addEventListener('abort', stop)
    request.onloadend = () => {
      clearTimeout(silence)
      signal.removeEventListener('abort', stop)
      resolve({ status: request.status, body: parsed(request.responseText) })
    }
    request.send(content)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** The pause, cut short when the network comes back. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    addEventListener('online', done)
  })
}
