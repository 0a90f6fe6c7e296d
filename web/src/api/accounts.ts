/** The calls of the system administrator about who may sign in. */
import { get, id, post, put } from './verbs'

export interface AccountOf {
  login: string
  disabled: boolean
  mustChange: boolean
  hasPassword: boolean
}
const at = (login: string, act: string): string => `/administration/accounts/${id(login)}/${act}`

export const accountOf = async (person: string): Promise<AccountOf | null> => (await get<AccountOf[]>('/administration/accounts', { person }))[0] ?? null
export const openAccount = (person: string, login: string, password: string) => post<{ login: string }>('/administration/accounts', { person, login, password })
export const resetPassword = (login: string, password: string) => put<void>(at(login, 'password'), { password })
export const shut = (login: string) => post<void>(at(login, 'disable'), {})
export const unshut = (login: string) => post<void>(at(login, 'enable'), {})
