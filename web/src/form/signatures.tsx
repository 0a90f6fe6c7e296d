/** Signature boxes at the foot of the slip: who decided what, in which capacity, and when. */
import { signatureAddress } from '../api/paper'
import type { Opinion } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { either, joined, t } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { Enclosed } from './enclosed'

export function Signatures({ opinions, instanceId }: { opinions: Opinion[]; instanceId: string }) {
  if (!opinions.length) return null
  return (
    <section class="fs" aria-labelledby="section-opinions">
      <h3 id="section-opinions"><span>{t('task.opinions')}</span></h3>
      <div class="sigs">{opinions.map((opinion) => <Box key={opinion.at + opinion.step} opinion={opinion} instanceId={instanceId} />)}</div>
    </section>
  )
}

function Box({ opinion, instanceId }: { opinion: Opinion; instanceId: string }) {
  const outcome = opinion.outcomeLabel ?? ''
  return (
    <div class="sig">
      <span>{joined(opinion.step, opinion.capacity)}</span>
      <q>{opinion.opinion}</q>
      <Enclosed files={opinion.files} instanceId={instanceId} />
      <p>
        {outcome && <span class={`seal ${opinion.kind === 'negative' ? 'nay' : 'yes'}`} role="img" aria-label={outcome}>{Array.from(outcome)[0]}</span>}
        <b>{signerOf(opinion)}</b>
        {opinion.signature && <img class="ink" src={signatureAddress(instanceId, opinion.signature)} alt={either(`${signerOf(opinion)}的手写签名`, `Handwritten signature of ${signerOf(opinion)}`)} />}
        {opinion.occurredAt && <span class="s d">{either(`补录，实际办理于 ${when(opinion.occurredAt, now.value)}`, `Entered afterwards; decided ${when(opinion.occurredAt, now.value)}`)}</span>}
        <time class="s d push" dateTime={opinion.at}>{when(opinion.at, now.value)}</time>
      </p>
    </div>
  )
}

/** B（代A） where an agent has decided. */
function signerOf({ person, onBehalfOf }: Opinion): string {
  if (person === null) return t('timeline.system')
  const name = withoutSuffix(person)
  return onBehalfOf ? either(`${name}（代${withoutSuffix(onBehalfOf)}）`, `${name} for ${withoutSuffix(onBehalfOf)}`) : name
}
