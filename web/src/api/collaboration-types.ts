/** What talks with a case, as the server tells it. Of a case that the reader does not see only place, pool and institution come. */
import type { Coded, InstanceRow } from './types'

export interface StandingAt {
  element: string
  name: string
  count: number
  since: string
}

export interface AwaitedFrom {
  element: string
  step: string
  message: string
  since: string | null
  /** Whether the case goes on by it; else it may come at any time. */
  needed: boolean
  pools: string[]
  /** Places of the cases that send it. */
  cases: number[]
}

export interface CollaboratingCase {
  place: number
  visible: boolean
  pool: string
  institution: Coded | null
  drawing: number | null
  poolId: string | null
  id: string | null
  number: string | null
  state: InstanceRow['state'] | null
  startedAt: string | null
  endedAt: string | null
  tokens: StandingAt[]
  done: string[]
  awaits: AwaitedFrom[]
}

export interface ExchangedMessage {
  id: string
  name: string
  source: number | null
  target: number | null
  sourceName: string
  targetName: string
  fromStep: string | null
  toStep: string | null
  flows: { drawing: number; flow: string }[]
  state: 'sent' | 'waiting' | 'delivered' | 'recorded' | 'dead' | 'discarded'
  reason: string | null
  sentAt: string
  deliveredAt: string | null
  expiresAt: string
}

export interface Collaboration {
  here: number
  cases: CollaboratingCase[]
  messages: ExchangedMessage[]
  /** Without text where that was not asked for. */
  drawings: { id: string; xml: string | null; title: string; blackBoxes: string[] }[]
}
