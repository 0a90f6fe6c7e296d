/** The sentences of the designer, which come with that place. */
import { vocabulary } from '.'
import { en } from './en-designer'
import { panelEn } from './en-panel'
import { zh } from './zh-designer'
import { panelZh } from './zh-panel'

export const des = vocabulary({ ...zh, ...panelZh }, { ...en, ...panelEn })
export type DesKey = keyof typeof zh | keyof typeof panelZh
