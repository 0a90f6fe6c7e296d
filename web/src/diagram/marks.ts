/** What every marking of a drawing shares: the badge at an element, and what counts as around others. */
import type { Shape } from './viewer'

/** An open subprocess holds the tokens inside it; the step within is what matters. */
export const isAround = ({ children }: Shape): boolean => (children?.length ?? 0) > 0

export function badge(name: string, words: string, title: string): HTMLElement {
  const html = document.createElement('span')
  html.className = name
  html.textContent = words
  html.title = title
  return html
}
