/** What is voted on item by item (逐项表决): each motion with what one may say to it, and what was decided on it. */
import type { Motion, RoundDetail, Values, Vote } from '../api/types'
import { t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { SEAL } from './seal'
import { allows, type Leaf } from './leaf'

/** Where the votes stand among the values of a task. */
export const VOTES = '$votes'

/** The motions that the person of the open task votes on, by key. */
export const mine = (leaf: Leaf): string[] => leaf.detail.value!.round.seats.find(({ id }) => id === leaf.id)?.motions ?? []

export default function Motions({ leaf }: { leaf: Leaf }) {
  const { round } = leaf.detail.value!
  const said = (leaf.edits.value[VOTES] ?? {}) as Values
  const asked = allows(leaf, 'complete') ? mine(leaf) : []
  return (
    <section class="motions" aria-labelledby="motions">
      <h3 id="motions">{t('motions')}{round.ballot === 'secret' && <span class="s d2">{t('motions.secret')}</span>}</h3>
      <ol>
        {round.motions.map((motion) => (
          <li key={motion.key} data-field={`${VOTES}.${motion.key}`}>
            <div>
              <b>{motion.title}</b>
              {motion.recused.length > 0 && <span class="s d2">{t('motions.recused', { names: motion.recused.map(withoutSuffix).join(t('comma.items')) })}</span>}
            </div>
            {asked.includes(motion.key)
              ? <Choices motion={motion} choices={round.votes} chosen={said[motion.key] as Vote} onVote={(vote) => leaf.write([VOTES, motion.key], vote)} />
              : <Standing motion={motion} round={round} />}
            {leaf.faults.value[`${VOTES}.${motion.key}`] && <p class="err" role="alert">{leaf.faults.value[`${VOTES}.${motion.key}`]}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}

interface ChoicesProps {
  motion: Motion
  choices: Vote[]
  chosen: Vote | undefined
  onVote: (vote: Vote) => void
}

export function Choices({ motion, choices, chosen, onVote }: ChoicesProps) {
  return (
    <span class="seg" role="radiogroup" aria-label={motion.title}>
      {choices.map((vote) => (
        <label key={vote} class={chosen === vote ? 'on' : ''}>
          <input type="radio" name={`motion-${motion.key}`} checked={chosen === vote} onChange={() => onVote(vote)} />
          <span>{t(`vote.${vote}` as Key)}</span>
        </label>
      ))}
    </span>
  )
}

/** How a motion stands: what was decided, with the votes, or that it is being voted on. */
function Standing({ motion, round }: { motion: Motion; round: RoundDetail }) {
  if (!motion.tally) return <span class="s d2">{t('motions.box')}</span>
  const { agree, refuse, abstain, expected } = motion.tally
  const outcome = motion.outcome && round.state !== 'open' ? motion.outcome : null
  return (
    <span class="fx">
      {outcome && <><span class={`seal ${SEAL[outcome]}`} aria-hidden="true">{Array.from(t(`motion.${outcome}` as Key))[0]}</span><b>{t(`motion.${outcome}` as Key)}</b></>}
      <span class="s d2">{t('motions.tally', { agree, refuse, abstain, expected })}</span>
    </span>
  )
}
