/** What every cell of a slip needs to know, passed down to it. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Value } from '../api/types'
import type { Names } from '../expressions/evaluate'
import type { Uploads } from '../task/uploads'
import type { Path } from './nodes'

export interface Writing {
  values: Value
  names: Names
  faults: Record<string, string>
  uploads: Uploads
  write: (path: Path, value: Value) => void
  /** Whether it is drawn for a phone. */
  narrow: boolean
}

export const WritingContext = createContext<Writing | null>(null)
/** The names inside a row list, where there is one around. */
export const RowContext = createContext<Names | null>(null)

export function useWriting(): Writing {
  return useContext(WritingContext)!
}
