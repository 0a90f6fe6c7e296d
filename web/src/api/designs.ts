/** Process folders, their versions and designs: what they are, and the calls about them. */
import { addressOf, ask } from './client'
import { get, id, post, put, remove, type Live } from './verbs'

export type FileKind = 'bpmn' | 'decision' | 'form' | 'document' | 'parameters' | 'metrics' | 'scenario'
export type DesignState = 'editing' | 'inReview' | 'published' | 'discarded'

/** A version by its number in its folder. */
export interface DeploymentRef {
  id: string
  number: number
}
export interface Deployment extends DeploymentRef {
  deployedAt: string
  /** Null where the system brought it in, as by `liandong deploy`. */
  deployedBy: string | null
  digest: string
  note: string | null
  current: boolean
}
export interface ProcessFolder {
  name: string
  title: string
  processes: { key: string; name: string; version: number }[]
  deployments: number
  latest: Deployment | null
  design: { id: string; state: DesignState; editedBy: string | null; editedAt: string } | null
}
/** A file with its content; null where it is not text in UTF-8. The revision is null for a file of a version. */
export interface FileText {
  name: string
  kind: FileKind
  revision: number | null
  content: string | null
}
export interface DesignFile {
  name: string
  kind: FileKind
  /** Bytes. */
  size: number
  revision: number
  changedAt: string
  /** Null while it is as it was deployed. */
  changedBy: string | null
}
export interface Lock {
  /** Id of who holds it. */
  person: string
  name: string
  until: string
  mine: boolean
}
/** Who holds a design, and the names of the others who are looking at it. */
export interface Presence {
  lock: Lock | null
  present: string[]
}
export interface Design extends Presence {
  id: string
  folder: string
  /** What a folder without a version is called. */
  title: string | null
  state: DesignState
  base: DeploymentRef | null
  /** Whether the folder has a newer version than the design began with. */
  outdated: boolean
  revision: number
  openedAt: string
  openedBy: string | null
  /** Names of those who have written in it: they may not publish it. */
  editors: string[]
  review: { submittedBy: string | null; at: string; note: string } | null
  /** What was said when it was returned last. */
  returned: { by: string | null; at: string; note: string } | null
  deployment: DeploymentRef | null
  files: DesignFile[]
  mayPublish: { allowed: boolean; reason: string | null }
}
export interface Finding {
  level: 'error' | 'warning'
  code: string
  message: { zh: string; en: string }
  file: string | null
  element: string | null
  line: number | null
}
export interface Findings {
  items: Finding[]
  publishable: boolean
}
/** A former state of a file; the size is null where it was removed. */
export interface FileSave {
  revision: number
  savedAt: string
  savedBy: string
  size: number | null
}
export interface FileSaved {
  revision: number
  savedAt: string
  designRevision: number
}
/** How many cases of one version of a process have not ended. */
export interface RunningVersion {
  process: string
  name: string
  version: number
  current: boolean
  cases: number
}
export interface Published {
  deployment: Deployment
  /** `key:version` of every process in it. */
  processes: string[]
  warnings: Finding[]
  running: RunningVersion[]
}
/** What became of one word of another tool. */
export interface TranslatedWord {
  element: string | null
  name: string | null
  word: string
  treatment: 'translated' | 'kept' | 'warned' | 'refused'
  into: string | null
  message: { zh: string; en: string } | null
}
/** A file as it is, or would be, saved; `drawn` is false for a diagram that has none, `saved` null where it was not. */
export interface FileImport {
  name: string
  kind: FileKind
  content: string
  drawn: boolean
  items: TranslatedWord[]
  findings: Finding[]
  saved: FileSaved | null
}
/** One thing that differs; `moved` is layout alone. The property is null for the thing as a whole. */
export interface ChangedItem {
  element: string | null
  name: string
  type: string
  change: 'added' | 'removed' | 'changed' | 'moved'
  property: string | null
  before: string | null
  after: string | null
}
export interface ChangedFile {
  name: string
  kind: FileKind
  /** `layout`: drawn otherwise, `spelling`: written otherwise; neither changes what it means. */
  change: 'added' | 'removed' | 'changed' | 'layout' | 'spelling'
  /** False where one of the two cannot be read. */
  readable: boolean
  items: ChangedItem[]
  /** Items that are left out. */
  more: number
}
export interface Changes {
  against: DeploymentRef | null
  files: ChangedFile[]
}
/** A person in one of his chairs; `named` where the text asked for is his staff number, log-in or id. */
export interface NamedPerson {
  id: string
  staffNumber: string
  name: string
  post: string
  institution: string
  named: boolean
}
/** Unsaved contents by file name; null takes a file away. */
export type Overlay = { [name: string]: string | null }

const at = (design: string, rest = '') => `/designs/${id(design)}${rest}`
const fileAt = (design: string, name: string, rest = '') => at(design, `/files/${id(name)}${rest}`)
const folderAt = (folder: string, rest: string) => `/process-folders/${id(folder)}${rest}`

export const folders = async (live?: Live) => (await get<{ items: ProcessFolder[] }>('/process-folders', undefined, live)).items
export const deployments = async (folder: string, live?: Live) =>
  (await get<{ items: Deployment[] }>(folderAt(folder, '/deployments'), undefined, live)).items
export const deploymentFiles = async (deployment: string, live?: Live) =>
  (await get<{ items: FileText[] }>(`/deployments/${id(deployment)}/files`, undefined, live)).items
/** Raises `already-current` where the newest version holds the same files. */
export const rollBack = (folder: string, deployment: string, note: string) => post<Published>(folderAt(folder, '/roll-back'), { deployment, note })

/** People whom a rule may name: by name, initials, log-in or staff number; the one alone whom `q` names. */
export const namedPeople = async (q: string) => (await get<{ items: NamedPerson[] }>('/design-people', { q })).items
/** Raises `design-exists`, with the id as fact `design`, where the folder has an open one. */
export const openDesign = (folder: string, from?: string) => post<Design>('/designs', { folder, ...(from ? { from } : {}) })
export const openFolder = (folder: string, title: string) => post<Design>('/designs', { folder, title })
export const design = (of: string, live?: Live) => get<Design>(at(of), undefined, live)
/** All files of a design in one request. */
export const designFiles = async (of: string, live?: Live) => (await get<{ items: FileText[] }>(at(of, '/files'), undefined, live)).items
export const designFile = (of: string, name: string, live?: Live) => get<FileText>(fileAt(of, name), undefined, live)
/**
 * Saves a file; `revision` is the one it comes from, null for a new file. Raises 409 `design-stale` (facts `by`, `at`) or
 * `design-file-gone` where it has moved on, 423 `design-locked` (facts `by`, `until`) while another holds the design, 409
 * `design-in-review` and `design-ended`. A save takes the lock where it is free and renews it.
 */
export const saveFile = (of: string, name: string, content: string, revision: number | null) => put<FileSaved>(fileAt(of, name), { content, revision })
/** The former states of a file that are kept, newest first. */
export const fileSaves = async (of: string, name: string, live?: Live) => (await get<{ items: FileSave[] }>(fileAt(of, name, '/saves'), undefined, live)).items
export const fileSave = (of: string, name: string, revision: number, live?: Live) => get<FileText>(fileAt(of, name, `/saves/${revision}`), undefined, live)
export const removeFile = (of: string, name: string, revision?: number) => remove<void>(fileAt(of, name), { revision })

/** Takes the lock or renews it for 90 seconds; where another holds it nothing changes, and the answer says who. */
export const holdDesign = (of: string, takeOver = false) => put<Presence>(at(of, '/lock'), { takeOver })
/** Says that one is looking, and takes nothing. */
export const lookAtDesign = (of: string) => put<Presence>(at(of, '/lock'), { look: true })
export const releaseDesign = async (of: string): Promise<void> => void (await ask('DELETE', at(of, '/lock')))

/** What the deployment gate says of the design with unsaved contents laid over it. */
export const checkDesign = (of: string, files: Overlay = {}) => post<Findings>(at(of, '/check'), { files })
/** What a design changes, against its base or another version. */
export const designChanges = (of: string, against?: string, live?: Live) => get<Changes>(at(of, '/changes'), { against }, live)
/** What a version has changed, against the one before or another one. */
export const deploymentChanges = (of: string, against?: string, live?: Live) => get<Changes>(`/deployments/${id(of)}/changes`, { against }, live)
/** Translates a file of another tool, word by word; nothing is saved. */
export const tryImport = async (of: string, name: string, file: Blob): Promise<FileImport> =>
  (await ask<FileImport>('POST', at(of, '/import'), { file, query: { name } })).body
/** Address of a ZIP archive in the layout of the library, for links. */
export const deploymentBundle = (of: string) => addressOf(`/deployments/${id(of)}/bundle`, undefined)
export const submitDesign = (of: string, note: string) => post<Design>(at(of, '/submit'), { note })
export const returnDesign = (of: string, note: string) => post<Design>(at(of, '/return'), { note })
/** Raises 422 `invalid-model` with an error a finding, 403 `four-eyes`, 409 `nothing-new`, and 409 `design-outdated` (fact `deployment`: the newest, to be passed as `over`). */
export const publishDesign = (of: string, note: string, over?: string) => post<Published>(at(of, '/publish'), { note, ...(over ? { over } : {}) })
export const discardDesign = (of: string) => post<void>(at(of, '/discard'), {})
