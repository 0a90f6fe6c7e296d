/** The sentences of operations, which come with that place. */
import { vocabulary } from '.'
import { en } from './en-operations'
import { zh } from './zh-operations'

export const op = vocabulary(zh, en)
export type OpKey = keyof typeof zh

/** What an incident's code means; a code without words speaks for itself. */
export function causeOf(code: string): string {
  const key = `cause.${code}`
  return key in zh ? op(key as OpKey) : code
}
