/** The round of a step that several people sign: who says what, whose turn it is, and how the votes stand. */
import { useSignal } from '@preact/signals'
import type { RoundDetail, SeatLine } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { Enclosed } from '../form/enclosed'
import { joined, t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { SEAL } from './seal'
import { RecordDialog, RemoveDialog } from './seat-dialogs'
import type { Leaf } from './leaf'

type Layer = { kind: 'remove' | 'record' | 'absent'; seat: SeatLine } | null

export default function Signers({ leaf }: { leaf: Leaf }) {
  const { round } = leaf.detail.value!
  const layer = useSignal<Layer>(null)
  const close = () => (layer.value = null)
  return (
    <section class="signers" aria-labelledby="signers">
      <h3 id="signers">{t(`round.${round.mode}` as Key)}</h3>
      <div class="sigs">
        {round.seats.map((seat) => (
          <Box key={seat.id} seat={seat} round={round} instanceId={leaf.detail.value!.instance.id}>
            {seat.removable && <button type="button" class="btn q sm" onClick={() => (layer.value = { kind: 'remove', seat })}>{t('round.remove')}</button>}
            {round.records && !seat.mine && ['open', 'claimed'].includes(seat.state) && (
              <>
                {round.ballot !== 'secret' && <button type="button" class="btn q sm" onClick={() => (layer.value = { kind: 'record', seat })}>{t('round.record')}</button>}
                <button type="button" class="btn q sm" onClick={() => (layer.value = { kind: 'absent', seat })}>{t('round.absent')}</button>
              </>
            )}
          </Box>
        ))}
      </div>
      <p class="s d2">{rule(round)}</p>
      {layer.value?.kind === 'remove' && <RemoveDialog leaf={leaf} seat={layer.value.seat} onClose={close} />}
      {layer.value && layer.value.kind !== 'remove' && <RecordDialog leaf={leaf} seat={layer.value.seat} absent={layer.value.kind === 'absent'} onClose={close} />}
    </section>
  )
}

function Box({ seat, round, instanceId, children }: { seat: SeatLine; round: RoundDetail; instanceId: string; children: preact.ComponentChildren }) {
  const acting = seat.mine && ['open', 'claimed'].includes(seat.state)
  const added = seat.kind !== 'asked' && t(`seat.${seat.kind}` as Key, { by: withoutSuffix(seat.addedBy ?? '') })
  return (
    <div class={`sig${acting ? ' me2' : ''}`}>
      <span>{joined(seat.post, seat.institution, added)}</span>
      <q>{[...round.motions.flatMap(({ key, title }) => (seat.votes[key] ? [t('motions.said', { title, vote: t(`vote.${seat.votes[key]}` as Key) })] : [])), seat.opinion].filter(Boolean).join('\n')}</q>
      <Enclosed files={seat.files} instanceId={instanceId} />
      <p>
        <Mark seat={seat} acting={acting} />
        <b>{withoutSuffix(seat.person ?? '')}</b>
        <span class="s d2 push">{seat.endedAt && seat.vote ? when(seat.endedAt, now.value) : standing(seat, acting)}</span>
      </p>
      {seat.agent && <p class="s d2">{t('round.agent', { agent: withoutSuffix(seat.agent), principal: withoutSuffix(seat.person ?? '') })}</p>}
      {seat.recordedBy && <p class="s d2">{t('round.recorded', { by: withoutSuffix(seat.recordedBy) })}</p>}
      {children}
    </div>
  )
}

function Mark({ seat, acting }: { seat: SeatLine; acting: boolean }) {
  if (seat.vote) {
    const label = t(`vote.${seat.vote}` as Key)
    return <span class={`seal ${seat.ending ? '' : SEAL[seat.vote]}`} role="img" aria-label={label}>{Array.from(label)[0]}</span>
  }
  return <span class={`seal ${acting ? 'you' : 'wait'}`} aria-hidden="true">{acting ? t('seal.you') : t('seal.wait')}</span>
}

function standing(seat: SeatLine, acting: boolean): string {
  if (seat.ending) return t(`ending.${seat.ending}` as Key)
  if (acting) return t('round.you')
  return t(seat.state === 'waiting' ? 'round.later' : seat.state === 'completed' ? 'round.spoken' : 'round.pending')
}

/** 会签须全部同意。应到 3，同意 1，待签 2。 */
function rule(round: RoundDetail): string {
  const { tally } = round
  const pending = round.seats.filter(({ kind, state }) => ['asked', 'beside'].includes(kind) && ['open', 'claimed', 'waiting'].includes(state)).length
  const facts = { expected: tally.expected, agree: tally.agree, refuse: tally.refuse, abstain: tally.abstain, pending, threshold: round.threshold ?? '', quorum: round.quorum ?? '' }
  const counts = t(round.motions.length ? 'motions.seats' : 'round.tally', facts)
  return [t(`round.rule.${round.mode}` as Key, facts), round.quorum && t('round.quorum', facts), counts].filter(Boolean).join('')
}
