/** Rounds, their seats, and the moves of a case, over the wire. */
import type { Attachment } from './types'

export type Vote = 'agree' | 'refuse' | 'abstain' | 'adjourn'

/** One person's place in a round. */
export interface SeatLine {
  id: string
  revision: number
  person: string | null
  post: string | null
  institution: string | null
  kind: 'asked' | 'before' | 'after' | 'beside' | 'advice'
  addedBy: string | null
  state: 'waiting' | 'open' | 'claimed' | 'completed' | 'closed'
  /** How it ended when it counts for nothing. */
  ending: 'unneeded' | 'withdrawn' | 'removed' | 'transferred' | 'recused' | 'absent' | 'retaken' | null
  /** `cast` of who has voted on the motions one by one. */
  vote: Vote | 'cast' | null
  /** What he has said to each motion of an open ballot. */
  votes: { [motion: string]: Vote }
  /** Keys of the motions that he votes on. */
  motions: string[]
  opinion: string | null
  endedAt: string | null
  /** Who has decided for him as his agent. */
  agent: string | null
  recordedBy: string | null
  /** What was sent with the opinion. */
  files: Attachment[]
  mine: boolean
  removable: boolean
}

/** One of several things that are voted on item by item. */
export interface Motion {
  key: string
  title: string
  /** Names of who keeps out of it. */
  recused: string[]
  outcome: 'agree' | 'refuse' | 'adjourn' | null
  /** None while papers lie in the box of a secret ballot. */
  tally: RoundDetail['tally'] | null
}

/** One asking of a step's people. */
export interface RoundDetail {
  state: 'open' | 'decided' | 'cancelled'
  mode: 'single' | 'pool' | 'all' | 'any' | 'order' | 'vote'
  threshold: string | null
  quorum: string | null
  tally: { agree: number; refuse: number; abstain: number; expected: number; present: number; base: number }
  seats: SeatLine[]
  motions: Motion[]
  ballot: 'open' | 'secret' | null
  /** What one may say to a motion. */
  votes: Vote[]
  /** Whether the reader may enter votes and absences of others. */
  records: boolean
}

/** A read-only copy of a task. */
export interface CopyLine {
  /** Only of one's own: what it is answered under. */
  id: string | null
  person: string
  reason: 'model' | 'person' | 'circulate' | 'overdue' | 'level2' | 'level3'
  sentBy: string | null
  madeAt: string
  readAt: string | null
  opinion: string | null
  answeredAt: string | null
  /** Whether one is asked for an opinion on it. */
  asks: boolean
}

/** Who is to speak after one's own vote, and how: all of them, any one, or in order. */
export interface After {
  personIds: string[]
  joint: 'all' | 'any' | 'order'
  binds: boolean
}

/** What became of one of many tasks that were agreed to. */
export interface Agreed {
  id: string
  done: boolean
  /** The state of what was done: held, or that of the case. */
  held: boolean
  detail: string | null
}

/** What brings other people in; who speaks after the holder is named with the vote itself. */
export type Handing = Operation['operation']

/** What the holder may do beside deciding, or why not. */
export interface Operation {
  operation: 'transfer' | 'delegate' | 'add-before' | 'add-after' | 'add-beside' | 'copy' | 'circulate'
  allowed: boolean
  reason: string | null
  /** What the step calls it, where it has a name of its own. */
  label: string | null
}

/** A step done before; with a refusal the task cannot be sent back to it. */
export interface ReturnTarget {
  element: string
  name: string
  persons: string[]
  decidedAt: string
  refusal: string | null
  refusalText: string | null
  /** Steps whose other work ends with it. */
  ends: string[]
  /** Steps that have done something outside the case. */
  effects: string[]
  direct: boolean
  previous: boolean
  first: boolean
}
