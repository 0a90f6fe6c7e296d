/** The named rules of the server, for an answer while one is still writing: identity numbers, credit codes, phones, e-mail. */
import type { Key } from '../i18n'

const ID = /^(?:[1-9]\d{16}[0-9X]|0{6}\d{11}[0-9X])$/
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const PHONE = /^(?:(?:\+?86)?1[3-9]\d{9}|0\d{9,11}(?:[转,]\d{1,6})?|[48]00\d{7}|\d{7,8})$/
const EMAIL = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}$/

/** What is wrong with a text by the rule; nothing when it is right or the rule is unknown here. */
export function brokenRule(rule: string, text: string, now: number): Key | null {
  const plain = text.normalize('NFKC')
  if (rule === 'id-number') return isIdNumber(plain.replaceAll(' ', '').toUpperCase()) ? null : 'error.idNumber'
  if (rule === 'uscc') return isUscc(plain.replaceAll(' ', '').toUpperCase()) ? null : 'error.uscc'
  if (rule === 'phone') return PHONE.test(plain.replace(/[- ]/g, '')) ? null : 'error.phone'
  if (rule === 'date-past') return isLater(text, now) ? 'error.future' : null
  return null
}

export const isEmail = (text: string): boolean => EMAIL.test(text)

function isIdNumber(text: string): boolean {
  if (!ID.test(text)) return false
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)]
  const birth = new Date(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(birth.getTime()) || birth.getUTCDate() !== Number(day)) return false
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0)
  return text[17] === '10X98765432'[sum % 11]
}

function isUscc(text: string): boolean {
  const values = Array.from(text, (letter) => USCC_ALPHABET.indexOf(letter))
  if (text.length !== 18 || values.includes(-1)) return false
  let [total, weight] = [0, 1]
  for (const value of values.slice(0, 17)) {
    total += value * weight
    weight = (weight * 3) % 31
  }
  return values[17] === (31 - (total % 31)) % 31
}

/** A day is later when it begins later; the day is China's. */
function isLater(text: string, now: number): boolean {
  const at = Date.parse(text.length === 10 ? `${text}T00:00:00+08:00` : text)
  return Number.isFinite(at) && at > now
}
