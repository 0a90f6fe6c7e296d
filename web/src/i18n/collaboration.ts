/** The sentences of the collaboration view, which come with that view. */
import { vocabulary } from '.'
import { en } from './en-collaboration'
import { zh } from './zh-collaboration'

export const talk = vocabulary(zh, en)
export type TalkKey = keyof typeof zh
