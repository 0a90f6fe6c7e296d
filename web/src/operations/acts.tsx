/** What an operator can do to a whole case, each with a reason: suspend, resume, start somewhere, migrate, move back, end. */
import { useSignal } from '@preact/signals'
import type { OperatedCase } from '../api/operated-types'
import { cancel, resume, revert, suspend } from '../api/operations'
import { say } from '../frame/toast'
import { op } from '../i18n/operations'
import { Compensate } from './instances'
import { MigrateDialog } from './migrate'
import { MoveDialog } from './move'
import { ReasonDialog } from './reason'

type Act = 'suspend' | 'resume' | 'start' | 'migrate' | 'revert' | 'cancel'

function offered(detail: OperatedCase): Act[] {
  if (detail.endedAt) return []
  const suspended = detail.state === 'suspended'
  return [
    suspended ? 'resume' : 'suspend',
    ...(suspended ? [] : ['start' as const]),
    ...(detail.versions.length > 1 ? ['migrate' as const] : []),
    ...(detail.migratedFrom === null ? [] : ['revert' as const]),
    'cancel',
  ]
}

export function CaseActs({ detail, changed }: { detail: OperatedCase; changed: () => void }) {
  const act = useSignal<Act | null>(null)
  const compensate = useSignal(false)
  const acts = offered(detail)
  if (!acts.length) return <p class="s d2">{op('case.over')}</p>
  const close = () => (act.value = null)
  const done = (words: string) => {
    say(words)
    changed()
  }
  const send = async (reason: string) => {
    const name = act.value!
    if (name === 'suspend') await suspend(detail.id, reason)
    else if (name === 'resume') await resume(detail.id, reason)
    else if (name === 'revert') await revert(detail.id, reason)
    else await cancel(detail.id, reason, compensate.value)
    done(op(`${name}.done` as 'cancel.done'))
  }
  return (
    <div class="fx">
      {acts.map((name) => <button key={name} type="button" class={`btn sm${name === 'cancel' ? ' no' : ''}`} onClick={() => (act.value = name)}>{op(name)}</button>)}
      <span class="s d">{op('case.audited')}</span>
      {act.value === 'start' && <MoveDialog detail={detail} token={null} onDone={done} onClose={close} />}
      {act.value === 'migrate' && <MigrateDialog detail={detail} onDone={done} onClose={close} />}
      {act.value && ['suspend', 'resume', 'revert', 'cancel'].includes(act.value) && (
        <ReasonDialog title={op(`${act.value}.title` as 'cancel.title', { number: detail.number ?? detail.key, version: detail.migratedFrom ?? '' })}
          hint={op(`${act.value}.hint` as 'cancel.hint')} action={op(act.value)} final={act.value === 'cancel'} onSend={send} onClose={close}>
          {act.value === 'cancel' && <Compensate value={compensate.value} set={(on) => (compensate.value = on)} />}
        </ReasonDialog>
      )}
    </div>
  )
}
