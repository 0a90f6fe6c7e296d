/** The action bar, always in the same place. On the desk: opinion, draft, outcomes. On the phone the primary outcome lies under the thumb. */
import { useSignal } from '@preact/signals'
import type { DocumentChoice, Handing, Outcome } from '../api/types'
import { PrintDialog, printables } from '../cases/print'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { lazy } from '../frame/lazy'
import { narrow } from '../frame/media'
import { either, t, type Key } from '../i18n'
import { rows } from '../inbox/store'
import { useCommands } from '../keyboard/use-commands'
import { can } from '../session/session'
import { claim, complete, follow, labelOf, mayLeaveOut, missing, recalculate, takeBack } from './act'
import { focusField, toForm } from './content'
import { allows, type Leaf } from './leaf'
import { More, type Entry } from './more'
import { OpinionField } from './opinion'
import { ReasonSheet } from './reason'

type Layer =
  | { kind: 'reason' | 'leave'; outcome: Outcome }
  | { kind: 'unclaim' }
  | { kind: 'reassign' | 'recalculate' | 'return' }
  | { kind: 'hand'; operation: Handing }
  | { kind: 'afterwards' | 'later' }
  | { kind: 'sign'; outcome: Outcome | null }
  | { kind: 'print'; choices: DocumentChoice[] }
  | null

const AfterwardsDialog = lazy(() => import('../afterwards/dialog'))
const PutOffDialog = lazy(() => import('./put-off'))
const SendsTo = lazy(() => import('../ahead/ahead'), true)
const HandDialog = lazy(() => import('./hand'))
const RecalculateDialog = lazy(() => import('./recalculate'))
const ReassignDialog = lazy(() => import('./reassign'))
const LeaveOutDialog = lazy(() => import('./leave-out'))
const UnclaimDialog = lazy(() => import('./unclaim'))
const SignDialog = lazy(() => import('./sign'))
const ReturnDialog = lazy(() => import('./return'))

const KEYS: Partial<Record<Handing, string>> = { transfer: 'T', delegate: 'D' }
/** Buttons beside 更多; what does not fit is in it. */
const SHOWN = 3

export function Actions({ leaf }: { leaf: Leaf }) {
  const layer = useSignal<Layer>(null)
  const close = () => (layer.value = null)
  const outcomes = allows(leaf, 'complete') ? inOrder(leaf.detail.value!.outcomes) : []

  const send = async (outcome: Outcome) => {
    if (leaf.acting.value) return
    if (narrow.value && outcome.kind === 'negative' && layer.value?.kind !== 'reason') {
      layer.value = { kind: 'reason', outcome }
      return
    }
    const lacking = await missing(leaf, outcome)
    const { signature, signed } = leaf.detail.value!
    if (!lacking.length && signature === 'required' && !signed && !outcome.partial) {
      layer.value = { kind: 'sign', outcome }
      return
    }
    if (!lacking.length) {
      close()
      return complete(leaf, outcome)
    }
    if (mayLeaveOut(outcome, lacking)) {
      layer.value = { kind: 'leave', outcome }
      return
    }
    if (layer.value && lacking.includes('opinion')) return
    close()
    requestAnimationFrame(() => (lacking[0] === 'opinion' ? document.getElementById('opinion')?.focus() : focusField(lacking[0]!)))
  }
  const signedWith = (signing: Layer) => {
    close()
    if (signing?.kind === 'sign' && signing.outcome) void send(signing.outcome)
  }
  const first = outcomes[0]
  const hand = (operation: Handing) => void (handings(leaf).includes(operation) && (layer.value = { kind: 'hand', operation }))
  const held = allows(leaf, 'complete') && leaf.detail.value!.mine
  const mayClaim = allows(leaf, 'claim')
  const shown = outcomes.slice(0, mayClaim ? SHOWN - 1 : SHOWN)
  useCommands([
    { keys: 'c', act: () => void (mayClaim && claim(leaf)), words: mayClaim ? t('task.claim') : undefined },
    { keys: 'u', act: () => void (allows(leaf, 'unclaim') && (layer.value = { kind: 'unclaim' })), words: allows(leaf, 'unclaim') ? t('task.unclaim') : undefined },
    { keys: 'e', act: () => void (first && send(first)), words: first && labelOf(first) },
    { keys: 'r', act: () => void (allows(leaf, 'return') && (layer.value = { kind: 'return' })), words: allows(leaf, 'return') ? (leaf.detail.value!.returnLabel ?? t('return')) : undefined },
    { keys: 't', act: () => hand('transfer'), words: handings(leaf).includes('transfer') ? handingWords(leaf, 'transfer') : undefined },
    { keys: 'd', act: () => hand('delegate'), words: handings(leaf).includes('delegate') ? handingWords(leaf, 'delegate') : undefined },
    { keys: 'h', act: () => void (held && (layer.value = { kind: 'later' })), words: held ? t('keys.later') : undefined },
    { keys: 'f', act: toForm, words: t('keys.form') },
    { keys: 'm', act: () => document.getElementById('opinion')?.focus(), words: outcomes.length ? t('keys.opinion') : undefined },
  ])
  // Whoever may not read the task any more has nothing to follow or print.
  const readable = leaf.obstacle.value?.renew !== false
  const entries: Entry[] = [
    ...outcomes.slice(shown.length).map((outcome) => ({ words: labelOf(outcome), act: () => void send(outcome) })),
    ...(allows(leaf, 'return') ? [{ words: leaf.detail.value!.returnLabel ?? t('return'), keys: 'R', act: () => void (layer.value = { kind: 'return' }) }] : []),
    ...handings(leaf).map((operation) => ({ words: handingWords(leaf, operation), ...(KEYS[operation] ? { keys: KEYS[operation] } : {}), act: () => void (layer.value = { kind: 'hand', operation }) })),
    ...(readable ? [{ words: t(leaf.detail.value!.followed ? 'case.unfollow' : 'case.follow'), act: () => void follow(leaf) }] : []),
    ...(allows(leaf, 'takeBack') ? [{ words: t('task.takeBack'), act: () => void takeBack(leaf) }] : []),
    ...(allows(leaf, 'unclaim') ? [{ words: t('task.unclaim'), keys: 'U', act: () => void (layer.value = { kind: 'unclaim' }) }] : []),
    ...(outcomes.length && leaf.detail.value!.signature !== 'none' ? [{ words: t('sign.title'), act: () => void (layer.value = { kind: 'sign', outcome: null }) }] : []),
    ...(held ? [{ words: t('box.later'), keys: 'H', act: () => void (layer.value = { kind: 'later' }) }] : []),
    ...(outcomes.length && can('backfill') ? [{ words: either('补录', 'Enter afterwards'), act: () => void (layer.value = { kind: 'afterwards' }) }] : []),
    ...(readable ? [{ words: t('case.print'), act: () => void printables(leaf.detail.value!.instance.id).then((choices) => choices && (layer.value = { kind: 'print', choices })) }] : []),
    ...(allows(leaf, 'reassign') ? [{ words: t('task.reassign'), act: () => void (layer.value = { kind: 'reassign' }) }] : []),
    ...(allows(leaf, 'recalculate') ? [{ words: t('recalculate'), act: () => void (layer.value = { kind: 'recalculate' }) }] : []),
  ]
  const buttons = shown.map((outcome) => <OutcomeButton key={outcome.value} leaf={leaf} outcome={outcome} first={outcome === first} onAct={send} />)
  if (mayClaim) buttons.push(<ClaimButton key="claim" leaf={leaf} first={!first} />)
  return (
    <>
      {narrow.value && <DraftState leaf={leaf} />}
      <div class={narrow.value ? `thumb n${buttons.length}` : 'acts'} role="toolbar" aria-label={t('task.toolbar')}>
        {narrow.value && <More entries={entries} />}
        {!narrow.value && <OpinionField leaf={leaf} />}
        {!narrow.value && <DraftState leaf={leaf} />}
        {narrow.value ? buttons.reverse() : buttons}
        {!buttons.length && <span class="s d2 why">{whyNot(leaf)}</span>}
        {!narrow.value && <More entries={entries} />}
      </div>
      <SendsTo leaf={leaf} />
      {layer.value?.kind === 'reason' && <ReasonSheet leaf={leaf} outcome={layer.value.outcome} onClose={close} onSend={send} />}
      {layer.value?.kind === 'leave' && <LeaveOutDialog leaf={leaf} outcome={layer.value.outcome} onClose={close} />}
      {layer.value?.kind === 'afterwards' && (
        <AfterwardsDialog title={either('补录', 'Enter afterwards')} action={either('照此办理', 'Keep')} start={leaf.afterwards.value} onSend={(entered) => void (leaf.afterwards.value = entered)} onClose={close} />
      )}
      {layer.value?.kind === 'later' && <PutOffDialog leaf={leaf} onClose={close} />}
      {layer.value?.kind === 'unclaim' && <UnclaimDialog leaf={leaf} onClose={close} />}
      {layer.value?.kind === 'sign' && <SignDialog leaf={leaf} onClose={close} onSigned={() => signedWith(layer.value)} />}
      {layer.value?.kind === 'hand' && <HandDialog leaf={leaf} operation={layer.value.operation} onClose={close} />}
      {layer.value?.kind === 'print' && <PrintDialog instanceId={leaf.detail.value!.instance.id} choices={layer.value.choices} onClose={close} />}
      {layer.value?.kind === 'return' && <ReturnDialog leaf={leaf} onClose={close} />}
      {layer.value?.kind === 'recalculate' && <RecalculateDialog task={leaf.id} onSend={(reason) => recalculate(leaf, reason)} onClose={close} />}
      {layer.value?.kind === 'reassign' && <ReassignDialog leaf={leaf} onClose={close} />}
    </>
  )
}

/** What the step calls an operation: its own word for it, or ours. */
export function handingWords(leaf: Leaf, operation: Handing): string {
  return leaf.detail.value?.operations.find((right) => right.operation === operation)?.label ?? t(`operation.${operation}` as Key)
}

/** What the holder may do that brings other people in. */
function handings(leaf: Leaf): Handing[] {
  return leaf.detail.value!.operations.flatMap(({ operation, allowed }) => (allowed ? [operation] : []))
}

/** Primary, negative, neutral: the words come from the process, their order does not. */
function inOrder(outcomes: Outcome[]): Outcome[] {
  const weight = { primary: 0, negative: 1, neutral: 2 }
  const sorted = [...outcomes].sort((a, b) => weight[a.kind] - weight[b.kind])
  // Two outcomes of one kind before the first of another would push that one into 更多.
  const firsts = sorted.filter(({ kind }, at) => sorted.findIndex((other) => other.kind === kind) === at)
  return [...firsts, ...sorted.filter((outcome) => !firsts.includes(outcome))]
}

function OutcomeButton({ leaf, outcome, first, onAct }: { leaf: Leaf; outcome: Outcome; first: boolean; onAct: (outcome: Outcome) => Promise<void> }) {
  const kind = first ? 'pri' : outcome.kind === 'negative' ? 'no' : ''
  return (
    <button type="button" class={`btn ${kind}`} aria-disabled={leaf.acting.value !== null} onClick={() => void onAct(outcome)}>
      {labelOf(outcome)}
      {first && !narrow.value && <kbd aria-hidden="true">E</kbd>}
    </button>
  )
}

function ClaimButton({ leaf, first }: { leaf: Leaf; first: boolean }) {
  return (
    <button type="button" class={`btn ${first ? 'pri' : ''}`} aria-disabled={leaf.acting.value !== null} onClick={() => void claim(leaf)}>
      {t('task.claim')}
      {!narrow.value && <kbd aria-hidden="true">C</kbd>}
    </button>
  )
}

function DraftState({ leaf }: { leaf: Leaf }) {
  const state = leaf.draft.state.value
  if (!allows(leaf, 'complete')) return null
  const words = {
    none: () => '',
    saving: () => t('task.draft.saving'),
    local: () => t('task.draft.local'),
    saved: (at: string) => t('task.draft.saved', { time: when(at, now.value) }),
    restored: (at: string) => t('task.draft.restored', { time: when(at, now.value) }),
    failed: (reason: string) => t('task.draft.failed', { reason }),
  }[state.kind]('at' in state ? state.at : 'reason' in state ? state.reason : '')
  return <span class={`s d draft${narrow.value ? ' bar-note' : ''}`} role="status">{words}</span>
}

function whyNot(leaf: Leaf): string {
  const detail = leaf.detail.value!
  if (detail.heldUntil) return t('sending.wait')
  if (detail.completedAt) return t('task.completed', { at: when(detail.completedAt, now.value), outcome: detail.outcomeLabel ?? '' })
  if (detail.state === 'closed' || detail.state === 'completed') return t('task.ended')
  if (rows.value.some(({ id, copyId }) => id === leaf.id && copyId)) return t('task.copied')
  if (detail.assignee && !detail.mine) return t('task.holder', { name: detail.assignee.name })
  return t('task.readOnly')
}
