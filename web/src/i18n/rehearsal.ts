/** The sentences of rehearsals, which come with them. */
import { vocabulary } from '.'
import { en } from './en-rehearsal'
import { zh } from './zh-rehearsal'

export const reh = vocabulary(zh, en)
export type RehearsalKey = keyof typeof zh
