/** What is marked in one drawing of a collaboration: pools, tokens, what is awaited, and the arrows that messages have taken. */
import type { AwaitedFrom, Collaboration, CollaboratingCase, ExchangedMessage } from '../api/collaboration-types'

export type Arrow = 'gone' | 'waiting' | 'dead'

export interface FlowMark {
  flow: string
  arrow: Arrow
  /** The messages that went along it, the oldest first. */
  messages: ExchangedMessage[]
}

export interface PoolMark {
  element: string
  cases: CollaboratingCase[]
}

export interface Marks {
  /** What may be looked at first where the whole cannot be read, the best first. */
  firsts: string[]
  tokens: { element: string; count: number; name: string }[]
  done: string[]
  awaits: (AwaitedFrom & { of: number })[]
  flows: FlowMark[]
  pools: PoolMark[]
  blackBoxes: string[]
}

const ARROWS: Record<ExchangedMessage['state'], Arrow> = {
  sent: 'waiting', waiting: 'waiting', delivered: 'gone', recorded: 'gone', dead: 'dead', discarded: 'dead',
}
const WORST: Arrow[] = ['dead', 'waiting', 'gone']

/** The marks of drawing `drawing`, of every case or only of the one at place `only`. */
export function marksOf(content: Collaboration, drawing: number, only: number | null): Marks {
  const here = content.cases.filter((found) => found.drawing === drawing)
  const shown = here.filter(({ place }) => only === null || place === only)
  const tokens = new Map<string, { element: string; count: number; name: string }>()
  for (const { element, count, name } of shown.flatMap((found) => found.tokens)) {
    tokens.set(element, { element, name, count: count + (tokens.get(element)?.count ?? 0) })
  }
  const focus = shown.find(({ place }) => place === (only ?? content.here)) ?? shown.find(({ tokens: own }) => own.length)
  return {
    firsts: [...(focus?.tokens ?? []).map(({ element }) => element), ...(focus?.poolId ? [focus.poolId] : [])],
    tokens: [...tokens.values()],
    done: [...new Set(shown.flatMap(({ done }) => done))].filter((element) => !tokens.has(element)),
    awaits: shown.flatMap(({ awaits, place }) => awaits.filter(({ needed }) => needed).map((found) => ({ ...found, of: place }))),
    flows: flowsOf(content, drawing, shown),
    pools: poolsOf(here),
    blackBoxes: content.drawings[drawing]!.blackBoxes,
  }
}

function flowsOf(content: Collaboration, drawing: number, shown: CollaboratingCase[]): FlowMark[] {
  const places = new Set(shown.map(({ place }) => place))
  const by = new Map<string, ExchangedMessage[]>()
  for (const message of content.messages) {
    const { source, target, flows } = message
    if (![source, target].some((place) => place !== null && places.has(place))) continue
    for (const { flow } of flows.filter((found) => found.drawing === drawing)) by.set(flow, [...(by.get(flow) ?? []), message])
  }
  return [...by].map(([flow, messages]) => ({ flow, messages, arrow: worst(messages) }))
}

const worst = (messages: ExchangedMessage[]): Arrow => WORST.find((arrow) => messages.some(({ state }) => ARROWS[state] === arrow))!

function poolsOf(cases: CollaboratingCase[]): PoolMark[] {
  const by = new Map<string, CollaboratingCase[]>()
  for (const found of cases) if (found.poolId) by.set(found.poolId, [...(by.get(found.poolId) ?? []), found])
  return [...by].map(([element, inside]) => ({ element, cases: inside }))
}

/** What a case is called: its institution, else its pool; with its number where several cases are in one pool. */
export function nameOf(found: CollaboratingCase, cases: CollaboratingCase[]): string {
  const name = found.institution?.name ?? found.pool
  const alike = cases.filter((other) => (other.institution?.name ?? other.pool) === name)
  return alike.length > 1 ? `${name} ${found.number ?? alike.indexOf(found) + 1}` : name
}

/** By whom an awaited message is sent: the institutions of the cases in those pools, else the pools as drawn. */
export function senders(awaited: AwaitedFrom, cases: CollaboratingCase[], separator: string, nobody: string): string {
  const known = [...new Set(awaited.cases.map((place) => cases[place]!.institution?.name).filter((name) => name !== undefined))]
  return (known.length ? known : awaited.pools).join(separator) || nobody
}
