/** Urgency as a one-character seal: filled, framed, plain. */
import type { Urgency } from '../api/types'
import { t } from '../i18n'

const WEIGHT: Record<Urgency, string> = { E: 'e', U: 'u', R: 'r' }

export function Seal({ urgency }: { urgency: Urgency | null }) {
  const kind = urgency && urgency in WEIGHT ? urgency : 'R'
  return (
    <span class={`seal ${WEIGHT[kind]}`} role="img" aria-label={t(`urgency.${kind}`)}>
      {t(`seal.${kind}`)}
    </span>
  )
}
