/** The calls about calendars: years of working days, open hours, and when a term ends. */
import { get, id, post, put, remove } from './verbs'

export interface Calendars {
  version: number
  years: { year: number; version: number; source: string; invented: boolean; daysOff: number; workingWeekends: number; madeAt: string | null; madeBy: string | null }[]
  hours: OpenHours[]
}
export interface OpenHours {
  code: string
  name: string
  /** Code; null for the community's. */
  institution: string | null
  hours: string[]
  workingDaysOnly: boolean
}
export interface YearDocument {
  year: number
  source: string
  invented?: boolean
  holidays: { name: string; from: string; to: string }[]
  workingDays: string[]
}
export interface CalendarYear {
  year: number
  version: number
  document: YearDocument
  history: { version: number; source: string; madeAt: string | null; madeBy: string | null }[]
}
export interface YearPreview {
  year: number
  known: boolean
  days: { day: string; works: boolean }[]
  examined: number
  moving: number
  settled: number
  complete: boolean
}
export interface Saved {
  version: number
  changed: boolean
}

export const calendars = () => get<Calendars>('/calendars')
export const calendarYear = (year: number) => get<CalendarYear>(`/calendars/years/${year}`)
export const previewYear = (document: YearDocument) => post<YearPreview>(`/calendars/years/${document.year}/preview`, document)
export const putYear = (document: YearDocument) => put<Saved>(`/calendars/years/${document.year}`, document)
export const putHours = (code: string, institution: string, hours: string[]) =>
  put<Saved>(`/calendars/${id(code)}/hours`, { hours }, { institution })
export const dropHours = (code: string, institution: string) => remove<Saved>(`/calendars/${id(code)}/hours`, { institution })
export const reckonTerm = (code: string, term: string, start: string, institution: string) =>
  get<{ start: string; dueAt: string; provisional: boolean }>(`/calendars/${id(code)}/due`, { term, start, institution })
