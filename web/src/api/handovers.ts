/** The calls of handovers and of imports, and what they answer. */
import { ask } from './client'

export type HandoverKind = 'leaving' | 'moving'
export type Action = 'hand-on' | 'end' | 'leave'
export interface Choice {
  action: Action
  successor: string | null
}
export interface HandoverWish {
  person: string
  kind: HandoverKind
  fromDate: string
  successors: Record<string, string>
  choices: Record<string, Choice>
}
export interface PreviewItem {
  reference: string
  kind: string
  name: string
  place: string | null
  until: string | null
  action: Action
  successor: string | null
  refusal: string | null
}
export interface HandoverPreview {
  person: string
  name: string
  fromDate: string
  fingerprint: string
  items: PreviewItem[]
}
export interface HandoverRow {
  id: string
  person: string
  name: string
  kind: HandoverKind
  fromDate: string
  reason: string
  madeBy: string | null
  madeAt: string
  revokedBy: string | null
  revokedAt: string | null
  revokeReason: string | null
  counts: Record<string, number>
}
export interface HandoverItem {
  id: string
  kind: string
  name: string
  place: string | null
  successor: string | null
  state: string
  refusal: string | null
}
export interface HandoverRecord extends HandoverRow {
  items: HandoverItem[]
  left: number
}
export interface ImportedRow {
  sheet: string
  /** Null for what goes because the file leaves it out. */
  line: number | null
  name: string
  state: 'added' | 'changed' | 'ended' | 'removed' | 'same' | 'wrong'
  changes: { field: string; before: unknown; after: unknown }[]
  refusal: string | null
}
export interface ImportResult {
  fingerprint: string
  rows: ImportedRow[]
}

const PATH = '/administration/handovers'
export const handovers = async (): Promise<HandoverRow[]> => (await ask<HandoverRow[]>('GET', PATH)).body
export const handover = async (id: string): Promise<HandoverRecord> => (await ask<HandoverRecord>('GET', `${PATH}/${encodeURIComponent(id)}`)).body
export const previewHandover = async (wish: HandoverWish): Promise<HandoverPreview> =>
  (await ask<HandoverPreview>('POST', `${PATH}/preview`, { body: wish })).body
export const startHandover = async (wish: HandoverWish & { reason: string; fingerprint: string }): Promise<{ handover: string }> =>
  (await ask<{ handover: string }>('POST', PATH, { body: wish })).body
export const revokeHandover = async (id: string, reason: string): Promise<void> =>
  void (await ask('POST', `${PATH}/${encodeURIComponent(id)}/revoke`, { body: { reason } }))

const IMPORTS = '/administration/imports'
export const templateAddress = (filled: boolean): string => `/api/v1${IMPORTS}/template${filled ? '?filled=true' : ''}`
export const tryImport = async (file: Blob): Promise<ImportResult> => (await ask<ImportResult>('POST', `${IMPORTS}/preview`, { file })).body
export const importOrganisation = async (file: Blob, fingerprint: string): Promise<ImportResult> =>
  (await ask<ImportResult>('POST', IMPORTS, { file, query: { fingerprint } })).body
