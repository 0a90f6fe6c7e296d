/** The sentences of keeping the organisation, and the codes that they name. */
import { vocabulary } from '.'
import { en } from './en-organisation'
import { zh } from './zh-organisation'

export const org = vocabulary(zh, en)
export type OrgKey = keyof typeof zh

export const TYPES = [
  '10', '11', '12', '20', '21', '22', '23', '30', '40', '41', '50', '60', '70', '71', '72', '80', '81', '82', '83', '84', '85', '86',
] as const
export const CHAIR_KINDS = ['full', 'part-time', 'dispatched', 'secondment', 'acting'] as const
export const DEPARTMENT_KINDS = ['clinical', 'technical', 'office', 'centre'] as const
export const BODY_ROLES = ['chair', 'vice-chair', 'secretary', 'member'] as const

/** What kind of institution a code stands for. */
export function typeName(type: string): string {
  return org(`type.${type}` as OrgKey)
}
