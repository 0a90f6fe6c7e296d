/**
 * What the parts of the designer share: the design that is open, the contents of its files as they stand in this browser, what is
 * in front and selected, and what the server finds wrong with it. Parts read the signals and change files by `change` alone;
 * saving, the lock and recovery follow what happens here.
 */
import { batch, computed, signal } from '@preact/signals'
import * as api from '../api/designs'
import type { Design, FileKind, FileText, Finding } from '../api/designs'

export type { Design, DesignFile, FileKind, Finding as DesignFinding, Lock } from '../api/designs'

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

export const design = signal<Design | null>(null)
/** What the folder of the design is called. */
export const title = signal('')
export const files = signal<ReadonlyMap<string, OpenFile>>(new Map())
/** Name of the file in front. */
export const current = signal<string | null>(null)
/** Ids of the elements of the diagram in front that are selected. */
export const selection = signal<readonly string[]>([])
/** Null until the server has been asked. */
export const findings = signal<readonly Finding[] | null>(null)
/** Whether the gate would let the design pass as it stands here. */
export const publishable = signal(false)

export const currentFile = computed(() => (current.value === null ? undefined : files.value.get(current.value)))
/** Whether this person may change the design: it is being edited, and nobody else holds its lock. */
export const writable = computed(() => design.value?.state === 'editing' && design.value.lock?.mine === true)

/** Opens a design with all of its files. Throws what the server refuses. */
export async function open(id: string, live: { signal?: AbortSignal } = {}): Promise<void> {
  const found = await api.design(id, live)
  const [contents, folders] = await Promise.all([fetchFiles(id, live), api.folders(live)])
  batch(() => {
    title.value = folders.find(({ name }) => name === found.folder)?.title || found.title || found.folder
    design.value = found
    files.value = new Map(contents.map((file) => [file.name, file]))
    current.value = firstOf(contents, found.folder)
    selection.value = []
    findings.value = null
  })
}

const asSent = ({ name, kind, content, revision }: FileText): OpenFile => ({ name, kind, content: content ?? '', revision, unsaved: false })

/** One file as the server has it. */
export async function fetchFile(id: string, name: string): Promise<OpenFile> {
  return asSent(await api.designFile(id, name))
}

/** All files as the server has them; what is no text cannot be edited here. */
export async function fetchFiles(id: string, live: { signal?: AbortSignal } = {}): Promise<OpenFile[]> {
  return (await api.designFiles(id, live)).filter(({ content }) => content !== null).map(asSent)
}

/** The diagram that has the folder's name, else the first one, else any file. */
function firstOf(contents: readonly OpenFile[], folder: string): string | null {
  const diagrams = contents.filter(({ kind }) => kind === 'bpmn')
  const named = diagrams.find(({ name }) => name === `${folder.replaceAll('-', '_')}.bpmn`)
  return (named ?? diagrams[0] ?? contents[0])?.name ?? null
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
    if (current.peek() === name) current.value = firstOf([...left.values()], design.peek()?.folder ?? '')
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
  if (name === 'metrics.json') return 'metrics'
  return name === 'parameters.json' ? 'parameters' : 'scenario'
}
