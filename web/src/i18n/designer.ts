/** The sentences of the designer, which come with that place. */
import { vocabulary } from '.'
import { en } from './en-designer'
import { zh } from './zh-designer'

export const des = vocabulary(zh, en)
export type DesKey = keyof typeof zh
