/** Moves a token, takes it away, or starts at an element. What would happen is shown before the reason is asked for. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Instruction, OperatedCase, StepPreview, Token } from '../api/operated-types'
import { modify, tryModification } from '../api/operations'
import { sentence } from '../api/problem'
import { op } from '../i18n/operations'
import { Preview } from './preview'
import { ReasonDialog } from './reason'

interface Props {
  detail: OperatedCase
  /** None for a start beside the tokens that are there. */
  token: Token | null
  /** The token is taken away and nothing is started. */
  away?: boolean
  onDone: (words: string) => void
  onClose: () => void
}

/** What is no step of its own cannot be gone to. */
const NOT_A_TARGET = ['boundaryEvent']

export function MoveDialog({ detail, token, away = false, onDone, onClose }: Props) {
  const element = useSignal('')
  const side = useSignal<'before' | 'after'>('before')
  const found = useSignal<StepPreview | null>(null)
  const refusal = useSignal('')
  const instruction = instructionOf(token, away, element.value, side.value)
  const asked = JSON.stringify(instruction)
  useEffect(() => {
    found.value = null
    refusal.value = ''
    if (!instruction) return
    let stale = false
    tryModification(detail.id, [instruction]).then(
      (preview) => void (stale || (found.value = preview)),
      (failure: unknown) => void (stale || (refusal.value = sentence(failure))),
    )
    return () => void (stale = true)
  }, [asked])
  const send = async (reason: string) => {
    await modify(detail.id, { instructions: [instruction!], reason, revision: detail.revision })
    onDone(op(away ? 'take-away.done' : token ? 'move.done' : 'start.done'))
  }
  const here = token ? (token.elementName ?? token.element) : ''
  const place = detail.places.find((candidate) => candidate.element === element.value)
  const words = { from: here, to: place ? (place.name ?? place.element) : '' }
  const kind = away ? 'take-away' : token ? 'move' : 'start'
  return (
    <ReasonDialog title={op(`${kind}.title`, words)} hint={op(`${kind}.hint`)} action={place || away ? op(`${kind}.action`, words) : op(kind)}
      final={away} hindrance={refusal.value || (instruction ? null : op('move.choose'))} onSend={send} onClose={onClose}>
      {!away && (
        <div class="two-fields">
          <label class="fld"><span class="l">{op('move.element')}</span>
            <select class="in" data-autofocus="" value={element.value} onChange={(event) => (element.value = event.currentTarget.value)}>
              <option value="">{op('move.choose')}</option>
              {detail.places.filter(({ type }) => !NOT_A_TARGET.includes(type)).map((candidate) => (
                <option key={candidate.element} value={candidate.element}>{candidate.name ? `${candidate.name} (${candidate.element})` : `${candidate.type} ${candidate.element}`}</option>
              ))}
            </select>
          </label>
          <label class="fld"><span class="l">{op('move.side')}</span>
            <select class="in" value={side.value} onChange={(event) => (side.value = event.currentTarget.value as 'before' | 'after')}>
              <option value="before">{op('move.before')}</option>
              <option value="after">{op('move.after')}</option>
            </select>
          </label>
        </div>
      )}
      {refusal.value && <p class="note over" role="alert">{refusal.value}</p>}
      {found.value && <Preview step={found.value} places={detail.places} />}
    </ReasonDialog>
  )
}

function instructionOf(token: Token | null, away: boolean, element: string, side: 'before' | 'after'): Instruction | null {
  if (token && away) return { cancel: { token: token.key } }
  if (!element) return null
  return { start: { [side]: element }, ...(token ? { cancel: { token: token.key } } : {}) }
}
