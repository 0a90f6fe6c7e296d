/**
 * The parts of the designer that are fetched when they are needed: what edits a file of each kind, and the pages about a whole
 * design. A kind without an editor is shown as text and says so.
 */
import type { ComponentType } from 'preact'
import { lazy } from '../frame/lazy'
import type { ActsProps } from './head'
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

/** What can be done with a design as a whole, in its head. */
export const Acts = lazy<ActsProps>(() => import('./versions/acts'), true)

/** The bar at the foot, and what a run shows. */
export const Rehearsal = lazy<object>(() => import('./rehearsal/rehearsal'), true)

/** The parts of an address behind `/designer`. */
export interface PageProps {
  id: string
  more: string
  other: string
}

/** Pages beside the design itself: `versions/FOLDER`, `compare/VERSION/VERSION`, `DESIGN/review`, `DESIGN/saves?file=NAME`, `DESIGN/import`. */
export const PAGES: Record<string, ComponentType<PageProps>> = {
  versions: lazy(() => import('./versions/list')),
  compare: lazy(() => import('./versions/compare')),
  review: lazy(() => import('./versions/review')),
  saves: lazy(() => import('./versions/saves')),
  import: lazy(() => import('./imports/page')),
}
