/** Urgency as a one-character seal: filled, framed, plain. */
import type { Urgency } from '../api/types'
import { t } from '../i18n'

const WEIGHT: Record<Urgency, string> = { E: 'e', U: 'u', R: 'r' }

export function Seal({ urgency }: { urgency: Urgency | null }) {
  // Not classified yet is not the same as routine.
  if (!urgency) return <span class="seal none" aria-hidden="true" />
  return (
    <span class={`seal ${WEIGHT[urgency]}`} role="img" aria-label={t(`urgency.${urgency}`)}>
      {t(`seal.${urgency}`)}
    </span>
  )
}
