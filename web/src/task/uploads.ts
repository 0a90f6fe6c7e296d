/**
 * Files on their way to the server, and what is known of those that are there. A file is named in its field once the server
 * has it; until then it is listed here, and the task cannot be finished without it being sent or taken away.
 */
import { signal, type Signal } from '@preact/signals'
import * as api from '../api/calls'
import { identifier } from '../api/identifier'
import { Problem } from '../api/problem'
import type { Attachment, Field, Value } from '../api/types'
import type { Path } from '../form/nodes'
import { t } from '../i18n'
import { lighter } from './picture'

export interface Upload {
  id: string
  path: Path
  name: string
  size: number
  sent: number
  /** What went wrong; nothing while it is being sent. */
  error: string
  /** Whether trying again may help. */
  again: boolean
}

export interface Uploads {
  /** Not there yet. */
  waiting: Signal<Upload[]>
  known: Signal<Record<string, Attachment>>
  learn: (records: Attachment[]) => void
  add: (field: Field, path: Path, files: File[]) => void
  retry: (id: string) => void
  /** Takes a file off the field; an upload that was never sent goes from the server too. */
  remove: (path: Path, id: string) => void
  addressOf: (id: string) => string
  stop: () => void
}

/** In the place of a field, for what goes with the opinion. */
export const ENCLOSED: Path = ['$opinion']

interface Content {
  field: Field
  file: File
}

interface Slip {
  read: (path: Path) => Value
  write: (path: Path, value: Value) => void
  /** Whether the case has the file already, so that taking it off a field does not remove it. */
  kept: (id: string) => boolean
}

const listOf = (value: Value): string[] => (Array.isArray(value) ? value.map(String) : [])

export function openUploads(taskId: string, slip: Slip): Uploads {
  const waiting = signal<Upload[]>([])
  const known = signal<Record<string, Attachment>>({})
  const contents = new Map<string, Content>()
  const ending = new AbortController()
  const stops = new Map<string, AbortController>()

  const change = (id: string, part: Partial<Upload>): void => {
    waiting.value = waiting.value.map((upload) => (upload.id === id ? { ...upload, ...part } : upload))
  }
  const forget = (id: string): void => {
    waiting.value = waiting.value.filter((upload) => upload.id !== id)
    contents.delete(id)
    stops.delete(id)
  }

  async function send(id: string): Promise<void> {
    const { field, file } = contents.get(id)!
    const { path, name } = waiting.peek().find((upload) => upload.id === id)!
    const stop = new AbortController()
    stops.set(id, stop)
    ending.signal.addEventListener('abort', () => stop.abort())
    change(id, { error: '', sent: 0 })
    try {
      const content = await lighter(file)
      if (content.size > field.maxBytes!) return change(id, { error: t('files.tooLarge', { n: megabytes(field.maxBytes!) }), again: false })
      change(id, { size: content.size })
      const record = await api.upload(taskId, id, { field: path.join('.'), name }, content, (sent) => change(id, { sent }), stop.signal)
      known.value = { ...known.value, [id]: record }
      if (!stop.signal.aborted) slip.write(path, [...listOf(slip.read(path)), id])
      forget(id)
    } catch (failure) {
      if (stop.signal.aborted) return
      const refused = failure instanceof Problem && failure.status < 500
      change(id, { error: refused ? failure.detail || t('files.refused') : t('files.offline'), again: !refused })
    }
  }

  function add(field: Field, path: Path, files: File[]): void {
    const taken = listOf(slip.read(path)).length + waiting.value.filter((upload) => upload.path.join('.') === path.join('.')).length
    files.slice(0, field.maxFiles! - taken).forEach((file) => {
      const id = identifier()
      contents.set(id, { field, file })
      waiting.value = [...waiting.value, { id, path, name: file.name, size: file.size, sent: 0, error: '', again: false }]
      const error = wrongWith(field, file)
      if (error) change(id, { error })
      else void send(id)
    })
  }

  function remove(path: Path, id: string): void {
    if (contents.has(id)) {
      stops.get(id)?.abort()
      forget(id)
    } else {
      slip.write(path, listOf(slip.read(path)).filter((one) => one !== id))
    }
    // What could not be removed now is never sent, and the server forgets it by itself.
    if (!slip.kept(id)) api.removeUpload(taskId, id).catch(() => undefined)
  }

  return {
    waiting,
    known,
    learn: (records) => (known.value = { ...known.value, ...Object.fromEntries(records.map((record) => [record.id, record])) }),
    add,
    retry: (id) => void send(id),
    remove,
    addressOf: (id) => api.attachmentAddress(taskId, id),
    stop: () => ending.abort(),
  }
}

const PICTURE = /^image\//

/** What can be said before anything is sent. Pictures of other kinds are turned into JPEG on the way. */
function wrongWith(field: Field, file: File): string {
  if (!file.size) return t('files.empty')
  const type = file.type || (/\.pdf$/i.test(file.name) ? 'application/pdf' : '')
  const fits = field.accept!.includes(type) || (PICTURE.test(type) && type !== 'image/svg+xml' && field.accept!.includes('image/jpeg'))
  return fits ? '' : t('files.type', { types: typeNames(field.accept!) })
}

export const typeNames = (types: string[]): string =>
  [types.includes('image/jpeg') && 'JPG', types.includes('image/png') && 'PNG', types.includes('application/pdf') && 'PDF'].filter(Boolean).join(' / ')

export const megabytes = (bytes: number): string => String(Math.round(bytes / 1024 / 1024))

/** 350 KB, 2.4 MB. */
export function sizeWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
