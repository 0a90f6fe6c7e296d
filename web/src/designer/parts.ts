/**
 * The parts of the designer that are fetched when they are needed: what edits a file of each kind, and the pages about a whole
 * design. A kind without an editor is shown as text and says so.
 */
import type { ComponentType } from 'preact'
import { lazy } from '../frame/lazy'
import type { Design, FileKind, OpenFile } from './state'

export interface EditorProps {
  design: Design
  file: OpenFile
}

const FormEditor = lazy<EditorProps>(() => import('./forms/editor'))

export const EDITORS: Partial<Record<FileKind, ComponentType<EditorProps>>> = {
  bpmn: lazy(() => import('./canvas/editor')),
  form: FormEditor,
  document: FormEditor,
  decision: lazy(() => import('./tables/editor')),
  parameters: lazy(() => import('./parameters/editor')),
}
