/** What a designer chooses from: posts, institutions, departments, committees, lines, calendars, functions. Fetched once, when first needed. */
import { signal, type ReadonlySignal } from '@preact/signals'
import { calendars } from '../../api/calendars'
import { namedPeople, type NamedPerson } from '../../api/designs'
import { committees, lines } from '../../api/organisation'
import { get } from '../../api/verbs'
import { either } from '../../i18n'

export type Codes = readonly (readonly [string, string])[]

interface Named {
  code: string
  name: string
}
interface Choices {
  posts: { code: string; name: string; nameEn: string }[]
  functions: string[]
}

const fetched = <Found, None = Found>(fetch: () => Promise<Found>, nothing: None): (() => ReadonlySignal<Found | None>) => {
  const found = signal<Found | None>(nothing)
  let asked = false
  return () => {
    if (!asked) {
      asked = true
      // Without the list a code can still be typed; the next element asks again.
      fetch().then((answer) => (found.value = answer), () => (asked = false))
    }
    return found
  }
}

const choices = fetched(() => get<Choices>('/design-choices'), { posts: [], functions: [] })
const places = fetched(() => get<(Named & { shortName: string; type: string })[]>('/institutions'), [])
const lineRows = fetched(lines, [])
const calendarRows = fetched(calendars, null)
const departmentsBy = new Map<string, () => ReadonlySignal<Named[]>>()
const bodiesBy = new Map<string, () => ReadonlySignal<Named[]>>()

export const posts = (): Codes => choices().value.posts.map(({ code, name, nameEn }) => [code, either(name, nameEn)])
export const functions = (): string[] => choices().value.functions
export const institutions = (): Codes => places().value.map(({ code, name }) => [code, name])
export const institutionTypes = (): string[] => [...new Set(places().value.map(({ type }) => type))].sort()
export const businessLines = (): Codes => lineRows().value.map(({ code, name }) => [code, name])

/** Departments of an institution; of the lead hospital, the first of the list, where it is not said. */
export const departments = (institution: string): Codes => codesOf(departmentsBy, institution || leader(), (code) => get<Named[]>(`/institutions/${encodeURIComponent(code)}/departments`))
export const bodies = (institution: string): Codes => codesOf(bodiesBy, institution || leader(), committees)

const leader = (): string => places().value[0]?.code ?? ''

function codesOf(kept: Map<string, () => ReadonlySignal<Named[]>>, place: string, fetch: (place: string) => Promise<Named[]>): Codes {
  if (!place || place.includes('$')) return []
  if (!kept.has(place)) kept.set(place, fetched(() => fetch(place), []))
  return kept.get(place)!().value.map(({ code, name }) => [code, name])
}

const peopleBy = new Map<string, () => ReadonlySignal<NamedPerson | null | undefined>>()

/** Who is called so by staff number, log-in or id: null where nobody is, undefined until it is known. */
export function personCalled(reference: string): NamedPerson | null | undefined {
  if (!reference || reference.includes('$')) return undefined
  if (!peopleBy.has(reference)) peopleBy.set(reference, fetched(async () => (await namedPeople(reference)).find(({ named }) => named) ?? null, undefined))
  return peopleBy.get(reference)!().value
}

/** Calendars that a term may be counted on. */
export function calendarCodes(): Codes {
  const found = new Map((calendarRows().value?.hours ?? []).map(({ code, name }) => [code, name]))
  return [...found]
}

export const nameIn = (codes: Codes, code: string): string => codes.find(([other]) => other === code)?.[1] ?? code
