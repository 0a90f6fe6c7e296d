/** The sentences of the statistics, which come with that place. */
import { vocabulary } from '.'
import { en } from './en-analytics'
import { zh } from './zh-analytics'

export const sta = vocabulary(zh, en)
export type StaKey = keyof typeof zh
