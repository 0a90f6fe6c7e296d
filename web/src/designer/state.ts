/**
 * What the parts of the designer share: the design that is open, the contents of its files as they stand in this browser, what is
 * in front and selected, and what the server finds wrong with it. Parts read the signals and change files by `change` alone;
 * saving, the lock and recovery follow what happens here.
 */
import { batch, computed, signal } from '@preact/signals'
import { get, id as part } from '../api/verbs'

export type FileKind = 'bpmn' | 'decision' | 'form' | 'document' | 'parameters' | 'scenario'

/** A file of the design as the server lists it. */
export interface DesignFile {
  name: string
  kind: FileKind
  size: number
  revision: number
  changedAt: string
  changedBy: string
}

export interface Lock {
  person: string
  name: string
  until: string
  mine: boolean
}

/** The editable working copy of one process folder. */
export interface Design {
  id: string
  folder: string
  title?: string
  state: 'editing' | 'inReview' | 'published' | 'discarded'
  base: { id: string; number: number } | null
  revision: number
  lock: Lock | null
  editors: string[]
  review: { submittedBy: string; at: string; note: string } | null
  files: DesignFile[]
  mayPublish: { allowed: boolean; reason: string | null }
}

/** A file as it stands in this browser. */
export interface OpenFile {
  name: string
  kind: FileKind
  content: string
  /** The revision that the content was read or saved as; null for a file that the server does not have yet. */
  revision: number | null
  /** Whether the server has this content. */
  unsaved: boolean
}

/** What the deployment gate says about the design. */
export interface DesignFinding {
  level: 'error' | 'warning'
  code: string
  message: { zh: string; en: string }
  file: string | null
  element: string | null
  line?: number | null
}

export const design = signal<Design | null>(null)
export const files = signal<ReadonlyMap<string, OpenFile>>(new Map())
/** Name of the file in front. */
export const current = signal<string | null>(null)
/** Ids of the elements of the diagram in front that are selected. */
export const selection = signal<readonly string[]>([])
/** Null until the server has been asked. */
export const findings = signal<readonly DesignFinding[] | null>(null)

export const currentFile = computed(() => (current.value === null ? undefined : files.value.get(current.value)))
/** Whether this person may change the design: it is being edited, and nobody else holds its lock. */
export const writable = computed(() => design.value?.state === 'editing' && design.value.lock?.mine === true)

/** Opens a design with all of its files. Throws what the server refuses. */
export async function open(id: string, live: { signal?: AbortSignal } = {}): Promise<void> {
  const found = await get<Design>(`/designs/${part(id)}`, undefined, live)
  const contents = await Promise.all(found.files.map(({ name }) => fetchFile(id, name, live)))
  batch(() => {
    design.value = found
    files.value = new Map(contents.map((file) => [file.name, file]))
    current.value = (contents.find(({ kind }) => kind === 'bpmn') ?? contents[0])?.name ?? null
    selection.value = []
    findings.value = null
  })
}

/** One file as the server has it. */
export async function fetchFile(id: string, name: string, live: { signal?: AbortSignal } = {}): Promise<OpenFile> {
  const found = await get<Omit<OpenFile, 'unsaved'>>(`/designs/${part(id)}/files/${part(name)}`, undefined, live)
  return { name: found.name, kind: found.kind, content: found.content, revision: found.revision, unsaved: false }
}

export function close(): void {
  batch(() => {
    design.value = null
    files.value = new Map()
    current.value = null
    selection.value = []
    findings.value = null
  })
}

/** Gives a file of the design new content, or adds a file; it is saved by itself soon after. */
export function change(name: string, content: string): void {
  const before = files.peek().get(name)
  if (before?.content === content) return
  put({ name, kind: before?.kind ?? kindOf(name), content, revision: before?.revision ?? null, unsaved: true })
}

/** Replaces a file as it stands here. */
export function put(file: OpenFile): void {
  files.value = new Map(files.peek()).set(file.name, file)
}

export function forget(name: string): void {
  const left = new Map(files.peek())
  left.delete(name)
  batch(() => {
    files.value = left
    if (current.peek() === name) current.value = left.keys().next().value ?? null
  })
}

/** Contents that the server does not have yet, by name: what is laid over the design when the server checks or plays it. */
export function unsaved(): Record<string, string> {
  return Object.fromEntries([...files.peek().values()].filter((file) => file.unsaved).map(({ name, content }) => [name, content]))
}

export function ofKind(kind: FileKind): OpenFile[] {
  return [...files.value.values()].filter((file) => file.kind === kind)
}

/** What a file is, told by its name as in a process folder. */
export function kindOf(name: string): FileKind {
  if (name.endsWith('.bpmn')) return 'bpmn'
  if (name.endsWith('.dmn')) return 'decision'
  if (name.endsWith('.form.json')) return 'form'
  if (name.endsWith('.document.json')) return 'document'
  return name === 'parameters.json' ? 'parameters' : 'scenario'
}
