/** What keeps rows of a box out of sight. It stays with its box until it is taken off, also over a reload: the list says that it is on. */
import { signal } from '@preact/signals'
import type { Filter } from '../api/views'
import type { Box } from '../api/types'

export const filter = signal<Filter>({})
/** What the codes in filters are called, as far as this page has met them: `process consult_from`, `institution CH01`. */
export const names = signal<ReadonlyMap<string, string>>(new Map())

const NAMED = ['process', 'institution'] as const
const nameOf = (of: Box): string => `liandong.filter.${of}`
const said = new Map<Box, Filter>()

export function learn(found: Iterable<readonly [string, string]>): void {
  const unknown = [...found].filter(([code]) => !names.value.has(code))
  if (unknown.length) names.value = new Map([...names.value, ...unknown])
}

export function keep(of: Box, next: Filter): void {
  said.set(of, next)
  const called = NAMED.flatMap((part) => [...names.value].filter(([code]) => code === `${part} ${next[part]}`))
  try {
    if (Object.keys(next).length) sessionStorage.setItem(nameOf(of), JSON.stringify([next, called]))
    else sessionStorage.removeItem(nameOf(of))
  } catch {
    // Without storage the filter ends with the page.
  }
}

export function recall(of: Box): Filter {
  const here = said.get(of)
  if (here) return here
  try {
    const [kept, called] = JSON.parse(sessionStorage.getItem(nameOf(of)) ?? '[{},[]]') as [Filter, [string, string][]]
    learn(called)
    return kept
  } catch {
    // What cannot be read is no filter.
    return {}
  }
}

/** The same filter, whatever the order of its parts. */
export function same(one: Filter, other: Filter): boolean {
  const parts = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Filter>
  return [...parts].every((part) => one[part] === other[part])
}
