/**
 * The language of the page: `t(key, facts)` gives the sentence, and every component that called it is drawn again when the
 * person switches. Chinese comes with the page; English is fetched when asked for.
 */
import { signal } from '@preact/signals'
import { remember, recall } from '../session/preferences'
import { zh, type Dictionary, type Key } from './zh'

export type Language = 'zh' | 'en'
export type { Key }

export const language = signal<Language>('zh')
const dictionary = signal<Dictionary>(zh)

export type Facts = Record<string, string | number>

/** The sentence for `key`, with `{name}` replaced by the fact of that name. */
export function t(key: Key, facts?: Facts): string {
  return filled(dictionary.value[key], facts)
}

function filled(sentence: string, facts?: Facts): string {
  return facts ? sentence.replace(/\{(\w+)\}/g, (gap, name: string) => String(facts[name] ?? gap)) : sentence
}

/** The sentences of a place that is a chunk of its own: both languages come with the place, and the first page stays small. */
export function vocabulary<Chinese extends Record<string, string>>(chinese: Chinese, english: { [key in keyof Chinese]: string }) {
  return (key: keyof Chinese, facts?: Facts): string => filled((language.value === 'en' ? english : chinese)[key] ?? String(key), facts)
}

/** The text in the page's language where the server sent two; Chinese when there is no English. */
export function either(chinese: string | null | undefined, english: string | null | undefined): string {
  return (language.value === 'en' && english) || chinese || english || ''
}

/** Words after one another, as the language sets them apart; what is not there is left out. */
export function joined(...words: (string | null | undefined | false)[]): string {
  return words.filter(Boolean).join(t('comma'))
}

export async function setLanguage(next: Language): Promise<void> {
  dictionary.value = next === 'en' ? (await import('./en')).en : zh
  language.value = next
  document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN'
  remember('language', next)
}

/** Called once at the start: the page waits for its words. */
export async function restoreLanguage(): Promise<void> {
  if (recall('language') === 'en') await setLanguage('en')
}
