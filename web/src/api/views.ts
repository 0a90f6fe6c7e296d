/** The calls of saved views of the inbox. */
import { ask } from './client'
import type { Box } from './types'
import { get, id, post, put } from './verbs'

/** Which tasks of a box; what is left out asks for all. */
export interface Filter {
  process?: string
  institution?: string
  urgency?: string
  due?: string
}
type Kept = { [name in keyof Filter | 'q']: string | null }

export interface View {
  id: string
  name: string
  box: Box
  filter: Filter
  mine: boolean
  owner: string
  share: 'post' | 'department' | null
  sharedWith: string | null
  pinned: boolean
  preferred: boolean
  /** Tasks that it shows, of a pinned one. */
  count: number | null
}
interface Body {
  name: string
  box: Box
  filter: Filter
  share: View['share']
  capacityId: string | null
}

export async function views(): Promise<View[]> {
  const found = await get<(Omit<View, 'filter'> & { filter: Kept })[]>('/views')
  return found.map((view) => ({ ...view, filter: Object.fromEntries(Object.entries(view.filter).filter(([, value]) => value !== null)) }))
}
export const saveView = (body: Body) => post<void>('/views', body)
export const removeView = async (view: string): Promise<void> => void (await ask('DELETE', `/views/${id(view)}`))
export const chooseView = (view: string, pinned: boolean, preferred: boolean) => put<void>(`/views/${id(view)}/choice`, { pinned, preferred })
