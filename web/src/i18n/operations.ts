/** The sentences of operations, which come with that place. */
import { vocabulary } from '.'
import { en } from './en-operations'
import { zh } from './zh-operations'

export const op = vocabulary(zh, en)
export type OpKey = keyof typeof zh
