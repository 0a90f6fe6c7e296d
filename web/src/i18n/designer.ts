/** The sentences of the designer, which come with that place. */
import { vocabulary } from '.'
import { approvalEn } from './en-approval'
import { en } from './en-designer'
import { panelEn } from './en-panel'
import { approvalZh } from './zh-approval'
import { zh } from './zh-designer'
import { panelZh } from './zh-panel'

export const des = vocabulary({ ...zh, ...panelZh, ...approvalZh }, { ...en, ...panelEn, ...approvalEn })
export type DesKey = keyof typeof zh | keyof typeof panelZh | keyof typeof approvalZh
