/** Findings one below another, each with its level as a mark. */
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import type { DesignFinding } from '../state'
import { saying } from './here'

export function Findings({ items }: { items: readonly DesignFinding[] }) {
  if (!items.length) return null
  return (
    <ul class="ed-findings">
      {items.map((finding, at) => (
        <li key={at} class={finding.level === 'error' ? 'over' : 'soon'}>
          <Icon name={finding.level === 'error' ? 'x' : 'alert'} label={ed(finding.level === 'error' ? 'finding.error' : 'finding.warning')} />
          <span>{saying(finding)}</span>
        </li>
      ))}
    </ul>
  )
}
