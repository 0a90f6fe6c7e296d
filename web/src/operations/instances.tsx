/** Every case without what it is about, by filters that stand in the address, and one operation over those that are ticked or found. */
import { useSignal } from '@preact/signals'
import type { BatchKind, BatchStart, OperatedInstance } from '../api/operated-types'
import { allInstances, countInstances, startBatch } from '../api/operations'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { navigate } from '../routing/router'
import { asked } from './asking'
import { CaseViews, COUNTED } from './case-views'
import { Filters } from './filters'
import { OperationsList } from './list'
import { ReasonDialog } from './reason'

const TOGETHER = ['suspend', 'resume', 'cancel'] as const

export function Instances() {
  const filter = asked()
  const name = `instances ${JSON.stringify(filter)}`
  const ticked = useSignal<Map<string, string>>(new Map())
  const all = useSignal('')
  const asks = Object.keys(filter).length > 0
  const counted = useResource(`count ${name}`, () => countInstances(filter)).content.value
  const tick = ({ id, number, key }: OperatedInstance, on: boolean) => {
    const next = new Map(ticked.value)
    if (on) next.set(id, number ?? key)
    else next.delete(id)
    ticked.value = next
  }
  const none = () => {
    ticked.value = new Map()
    all.value = ''
  }
  const whole = all.value === name && counted !== null
  return (
    <>
      <CaseViews filter={filter} />
      <Filters filter={filter} />
      <p class="s d2 fx">
        {counted && <b role="status">{op('found', { n: counted.more ? `${COUNTED}+` : counted.count })}</b>}
        {asks && counted && counted.count > 0 && !counted.more && !whole && <button type="button" class="btn sm" onClick={() => (all.value = name)}>{op('choose.all', { n: counted.count })}</button>}
        <span>{op('privacy')}</span>
      </p>
      {whole
        ? <Together n={counted.count} cases={{ filter, expected: counted.count }} done={none} />
        : ticked.value.size > 0 && <Together n={ticked.value.size} cases={{ instances: [...ticked.value.keys()] }} done={none} />}
      <OperationsList<OperatedInstance> name={name} fetch={(cursor) => allInstances(cursor, filter)} caption="instances"
        empty={asks ? ['empty.filtered', 'empty.filtered.hint'] : ['empty.instances', 'empty.instances.hint']}
        heads={['choose', 'number', 'process', 'institution', 'when', 'state']}>
        {(row) => (
          <tr key={row.id} class={whole || ticked.value.has(row.id) ? 'sel' : ''}>
            <td class="tick"><input type="checkbox" aria-label={op('choose.one', { number: row.number ?? row.key })} checked={whole || ticked.value.has(row.id)} disabled={whole || Boolean(row.endedAt)}
              onChange={(event) => tick(row, event.currentTarget.checked)} /></td>
            <th scope="row"><a href={`/operations/instances/${row.id}`}>{row.number ?? row.key}</a></th>
            <td>{row.process.name} v{row.process.version}</td>
            <td>{row.institution?.name}</td>
            <td class="nw">{when(row.startedAt, now.value)}</td>
            <td class={row.state === 'incident' ? 'hot' : 'd2'}>{t(`state.${row.state}`)}</td>
          </tr>
        )}
      </OperationsList>
    </>
  )
}

type Cases = Pick<BatchStart, 'instances' | 'filter' | 'expected'>

/** One operation over the cases that are ticked, or over all that the filter finds, each in a transaction of its own. */
function Together({ n, cases, done }: { n: number; cases: Cases; done: () => void }) {
  const kind = useSignal<BatchKind | null>(null)
  const compensate = useSignal(false)
  const send = async (reason: string) => {
    const made = await startBatch({ kind: kind.value!, reason, ...cases, parameters: kind.value === 'cancel' ? { compensate: compensate.value } : {} })
    say(op('batch.started', { n: made.total }))
    done()
    navigate(`/operations/batches/${made.id}`)
  }
  return (
    <div class="note fx" role="group" aria-label={op('chosen', { n })}>
      <b>{op('chosen', { n })}</b>
      {TOGETHER.map((name) => <button key={name} type="button" class="btn sm" onClick={() => (kind.value = name)}>{op(name)}</button>)}
      <button type="button" class="btn sm push" onClick={done}>{op('choose.none')}</button>
      {kind.value && (
        <ReasonDialog title={op('batch.title', { act: op(kind.value), n })} hint={op(`${kind.value}.hint` as 'suspend.hint')} action={op('batch.action', { act: op(kind.value), n })}
          final={kind.value === 'cancel'} onSend={send} onClose={() => (kind.value = null)}>
          {kind.value === 'cancel' && <Compensate value={compensate.value} set={(on) => (compensate.value = on)} />}
        </ReasonDialog>
      )}
    </div>
  )
}

export function Compensate({ value, set }: { value: boolean; set: (on: boolean) => void }) {
  return (
    <label class="setting-line"><input type="checkbox" checked={value} data-autofocus="" onChange={(event) => set(event.currentTarget.checked)} />{op('cancel.compensate')}
      <span class="s d2 block">{op('cancel.compensate.hint')}</span>
    </label>
  )
}
