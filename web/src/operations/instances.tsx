/** Every case without what it is about, by filters that stand in the address, and one operation over those that are ticked. */
import { useSignal } from '@preact/signals'
import type { BatchKind, OperatedInstance } from '../api/operated-types'
import { allInstances, processes, startBatch, type InstanceQuery } from '../api/operations'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { navigate, query } from '../routing/router'
import { OperationsList } from './list'
import { ReasonDialog } from './reason'

const STATES = ['active', 'incident', 'suspended', 'completed', 'cancelled', 'terminated'] as const
const TOGETHER = ['suspend', 'resume', 'cancel'] as const

function asked(): InstanceQuery {
  const given = new URLSearchParams(query.value)
  return Object.fromEntries(['q', 'state', 'process', 'version'].flatMap((name) => (given.get(name) ? [[name, given.get(name)!]] : [])))
}

function ask(changes: InstanceQuery): void {
  const next = new URLSearchParams(Object.entries({ ...asked(), ...changes }).filter(([, value]) => value))
  navigate(`/operations/instances${next.size ? `?${next}` : ''}`, { replace: true })
}

export function Instances() {
  const filter = asked()
  const ticked = useSignal<Map<string, string>>(new Map())
  const tick = ({ id, number, key }: OperatedInstance, on: boolean) => {
    const next = new Map(ticked.value)
    if (on) next.set(id, number ?? key)
    else next.delete(id)
    ticked.value = next
  }
  return (
    <>
      <Filters filter={filter} />
      <p class="s d2">{op('privacy')}</p>
      {ticked.value.size > 0 && <Together ids={[...ticked.value.keys()]} done={() => (ticked.value = new Map())} />}
      <OperationsList<OperatedInstance> name={`instances ${JSON.stringify(filter)}`} fetch={(cursor) => allInstances(cursor, filter)} caption="instances"
        empty={Object.keys(filter).length ? ['empty.filtered', 'empty.filtered.hint'] : ['empty.instances', 'empty.instances.hint']}
        heads={['choose', 'number', 'process', 'institution', 'when', 'state']}>
        {(row) => (
          <tr key={row.id} class={ticked.value.has(row.id) ? 'sel' : ''}>
            <td class="tick"><input type="checkbox" aria-label={op('choose.one', { number: row.number ?? row.key })} checked={ticked.value.has(row.id)} disabled={Boolean(row.endedAt)}
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

function Filters({ filter }: { filter: InstanceQuery }) {
  const known = useResource('processes', processes).content.value ?? []
  return (
    <form class="filters" role="search" onSubmit={(event) => {
      event.preventDefault()
      ask({ q: String(new FormData(event.currentTarget).get('q') ?? '').trim() })
    }}>
      <label class="fld"><span class="l">{op('filter.q')}</span><input class="in" type="search" name="q" maxLength={100} defaultValue={filter.q ?? ''} onBlur={(event) => ask({ q: event.currentTarget.value.trim() })} /></label>
      <label class="fld"><span class="l">{op('process')}</span>
        <select class="in" value={filter.process ?? ''} onChange={(event) => ask({ process: event.currentTarget.value, version: '' })}>
          <option value="">{op('filter.all')}</option>
          {known.map(({ process }) => <option key={process.key} value={process.key}>{process.name}</option>)}
        </select>
      </label>
      <label class="fld"><span class="l">{op('state')}</span>
        <select class="in" value={filter.state ?? ''} onChange={(event) => ask({ state: event.currentTarget.value })}>
          <option value="">{op('filter.all')}</option>
          {STATES.map((state) => <option key={state} value={state}>{t(`state.${state}`)}</option>)}
        </select>
      </label>
      {filter.version && <span class="tag">v{filter.version}</span>}
      {Object.keys(filter).length > 0 && <button type="button" class="btn q sm" onClick={() => ask({ q: '', state: '', process: '', version: '' })}>{t('empty.search.clear')}</button>}
    </form>
  )
}

/** One operation over the ticked cases, each in a transaction of its own. */
function Together({ ids, done }: { ids: string[]; done: () => void }) {
  const kind = useSignal<BatchKind | null>(null)
  const compensate = useSignal(false)
  const send = async (reason: string) => {
    const made = await startBatch({ kind: kind.value!, reason, instances: ids, parameters: kind.value === 'cancel' ? { compensate: compensate.value } : {} })
    say(op('batch.started', { n: made.total }))
    done()
    navigate(`/operations/batches/${made.id}`)
  }
  return (
    <div class="note fx" role="group" aria-label={op('chosen', { n: ids.length })}>
      <b>{op('chosen', { n: ids.length })}</b>
      {TOGETHER.map((name) => <button key={name} type="button" class="btn sm" onClick={() => (kind.value = name)}>{op(name)}</button>)}
      <button type="button" class="btn sm push" onClick={done}>{op('choose.none')}</button>
      {kind.value && (
        <ReasonDialog title={op('batch.title', { act: op(kind.value), n: ids.length })} hint={op(`${kind.value}.hint` as 'suspend.hint')} action={op('batch.action', { act: op(kind.value), n: ids.length })}
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
