/** The sentences of the designer's editors of forms, tables and parameters, and of versions, which come with them. */
import { vocabulary } from '.'
import { en } from './en-designer-editors'
import { zh } from './zh-designer-editors'

export const ed = vocabulary(zh, en)
export type EditorKey = keyof typeof zh
