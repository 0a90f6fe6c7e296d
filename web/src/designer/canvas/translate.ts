/** bpmn-js in the language of the page. */
import { language } from '../../i18n'
import { CHINESE } from './chinese'

/** The service `translate` of bpmn-js in the language of the page. */
export function translate(template: string, replacements: Record<string, string> = {}): string {
  const words = language.value === 'en' ? template : (CHINESE[template] ?? template)
  return words.replace(/\{([^}]+)\}/g, (gap, name: string) => replacements[name] ?? gap)
}
