/** Signature boxes at the foot of the slip: who decided what, in which capacity, and when. */
import type { Opinion } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined, t } from '../i18n'
import { withoutSuffix } from '../inbox/row'

export function Signatures({ opinions }: { opinions: Opinion[] }) {
  if (!opinions.length) return null
  return (
    <section class="fs" aria-labelledby="section-opinions">
      <h3 id="section-opinions"><span>{t('task.opinions')}</span></h3>
      <div class="sigs">{opinions.map((opinion) => <Box key={opinion.at + opinion.step} opinion={opinion} />)}</div>
    </section>
  )
}

function Box({ opinion }: { opinion: Opinion }) {
  const outcome = opinion.outcomeLabel ?? ''
  return (
    <div class="sig">
      <span>{joined(opinion.step, opinion.capacity)}</span>
      <q>{opinion.opinion}</q>
      <p>
        {outcome && <span class={`seal ${opinion.kind === 'negative' ? 'nay' : 'yes'}`} role="img" aria-label={outcome}>{Array.from(outcome)[0]}</span>}
        <b>{signerOf(opinion)}</b>
        <time class="s d push" dateTime={opinion.at}>{when(opinion.at, now.value)}</time>
      </p>
    </div>
  )
}

/** B（代A） where an agent has decided. */
function signerOf({ person, onBehalfOf }: Opinion): string {
  if (person === null) return t('timeline.system')
  const name = withoutSuffix(person)
  return onBehalfOf ? t('opinion.for', { name, principal: withoutSuffix(onBehalfOf) }) : name
}
