/** The diagram as text: every step with its state and, where somebody is, since when. */
import type { Diagram } from '../api/types'
import { now } from '../clock/now'
import { span } from '../clock/words'
import { joined, type Key, t } from '../i18n'

const STATE: Record<Diagram['outline'][number]['state'], Key> = { done: 'diagram.done', now: 'diagram.now', todo: 'diagram.todo' }

export function Outline({ content }: { content: Diagram }) {
  const since = new Map(content.tokens.map(({ element, since: at }) => [element, at]))
  const steps = content.outline.filter(({ name }) => name)
  if (!steps.length) return null
  return (
    <details class="outline">
      <summary>{t('diagram.outline')}</summary>
      <ol>
        {steps.map(({ element, name, state }) => {
          const at = since.get(element)
          return (
            <li key={element} class={state} aria-current={state === 'now' ? 'step' : undefined}>
              <span>{name}</span>
              <span class="s d"> {joined(t(STATE[state]), at && t('timeline.elapsed', { span: span(now.value - Date.parse(at)) }))}</span>
            </li>
          )
        })}
      </ol>
    </details>
  )
}
