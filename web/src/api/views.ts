/** The calls of saved views, of the inbox and of operations. */
import { ask } from './client'
import type { InstanceFilter } from './operated-types'
import type { Box } from './types'
import { get, id, post, put } from './verbs'

/** Which tasks of a box; what is left out asks for all. */
export interface Filter {
  process?: string
  institution?: string
  urgency?: string
  due?: string
}
export type CaseView = View<InstanceFilter, 'instances'>

export interface View<Asked = Filter, Where = Box> {
  id: string
  name: string
  box: Where
  filter: Asked
  mine: boolean
  owner: string
  share: 'post' | 'department' | null
  sharedWith: string | null
  pinned: boolean
  preferred: boolean
  /** Tasks or cases that it shows, of a pinned one. */
  count: number | null
}
export interface ViewBody {
  name: string
  box: string
  filter: object
  share: View['share']
  capacityId: string | null
}

/** What is null or empty in a filter asks for all. */
async function viewsOf<Kept extends { filter: object }>(place: string): Promise<Kept[]> {
  const found = await get<Kept[]>('/views', { place })
  const asked = (filter: object) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null && !(Array.isArray(value) && !value.length)))
  return found.map((view) => ({ ...view, filter: asked(view.filter) }))
}
export const views = () => viewsOf<View>('inbox')
export const caseViews = () => viewsOf<CaseView>('operations')
export const saveView = (body: ViewBody) => post<void>('/views', body)
export const removeView = async (view: string): Promise<void> => void (await ask('DELETE', `/views/${id(view)}`))
export const chooseView = (view: string, pinned: boolean, preferred: boolean) => put<void>(`/views/${id(view)}/choice`, { pinned, preferred })
