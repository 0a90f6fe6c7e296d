/** The sentences of administration, which come with that place. A page with many keeps its own file and is merged here. */
import { vocabulary } from '.'
import { en } from './en-administration'
import { zh } from './zh-administration'

export const admin = vocabulary(zh, en)
export type AdminKey = keyof typeof zh
