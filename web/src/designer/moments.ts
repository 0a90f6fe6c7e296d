/** Points in time as the designer says them. */
import { momentOf } from '../clock/words'
import { admin, type AdminKey } from '../i18n/administration'
import { des } from '../i18n/designer'

/** Day, weekday and time. */
export function dayTime(at: string): string {
  const { month, day, hour, minute, weekday } = momentOf(Date.parse(at))
  return des('moment', { month, day, weekday: admin(`weekday.${weekday}` as AdminKey), time: `${hour}:${minute}` })
}

/** The time of day alone. */
export function timeOf(at: string): string {
  const { hour, minute } = momentOf(Date.parse(at))
  return `${hour}:${minute}`
}
