/** Batches: one operation over many cases, how far it is, what failed and why, and a stop. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Batch, BatchItem } from '../api/operated-types'
import { batch, batches, batchItems, stopBatch } from '../api/operations'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { op } from '../i18n/operations'
import { OperationsList } from './list'

const EVERY_MS = 2_000

export function Batches() {
  return (
    <OperationsList<Batch> name="batches" fetch={batches} caption="batches" empty={['empty.batches', 'empty.batches.hint']} heads={['what', 'when', 'who', 'progress', 'state']}>
      {(row) => (
        <tr key={row.id}>
          <th scope="row"><a href={`/operations/batches/${row.id}`}>{op('batch.name', { act: op(row.kind), n: row.total })}</a><span class="s d2 block">{row.reason}</span></th>
          <td class="nw">{when(row.madeAt, now.value)}</td>
          <td>{row.madeBy}</td>
          <td><Progress row={row} /></td>
          <td class={row.failed ? 'hot' : 'd2'}>{op(`batch.${row.state}`)}</td>
        </tr>
      )}
    </OperationsList>
  )
}

function Progress({ row }: { row: Batch }) {
  return (
    <>
      <progress max={row.total} value={row.total - row.pending} aria-label={op('progress')} />
      <span class="s d2 block">{joined(op('batch.done', { n: row.done }), row.failed > 0 && op('batch.failed', { n: row.failed }),
        row.stopped > 0 && op('batch.left', { n: row.stopped }), row.pending > 0 && op('batch.pending', { n: row.pending }))}</span>
    </>
  )
}

export function BatchPage({ id }: { id: string }) {
  const found = useResource(id, () => batch(id))
  const state = useSignal('')
  const serial = useSignal(0)
  const error = useSignal('')
  const row = found.content.value
  const running = row?.state === 'running'
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => {
      void found.load()
      serial.value++
    }, EVERY_MS)
    return () => {
      clearInterval(timer)
      serial.value++
    }
  }, [found, running])
  if (!row) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const stop = async () => {
    try {
      await stopBatch(id)
      say(op('batch.stop.done'))
      await found.load()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <>
      <header class="st">
        <div class="fx"><h2>{op('batch.name', { act: op(row.kind), n: row.total })}</h2><span class="d2">{op(`batch.${row.state}`)}</span>
          {running && <button type="button" class="btn sm push" onClick={() => void stop()}>{op('batch.stop')}</button>}</div>
        <p class="s d2">{joined(row.madeBy, when(row.madeAt, now.value), row.reason)}</p>
        <Progress row={row} />
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      </header>
      <label class="fx s d2">{op('state')}
        <select class="in narrow" value={state.value} onChange={(event) => (state.value = event.currentTarget.value)}>
          <option value="">{op('filter.all')}</option>
          {(['pending', 'done', 'failed', 'stopped'] as const).map((name) => <option key={name} value={name}>{op(`item.${name}`)}</option>)}
        </select>
      </label>
      <OperationsList<BatchItem> name={`items ${id} ${state.value} ${serial.value}`} fetch={(cursor) => batchItems(id, cursor, state.value)} caption="batch.items"
        empty={['empty.items', 'empty.items.hint']} heads={['number', 'state', 'when']}>
        {(item) => (
          <tr key={item.instance.id}>
            <th scope="row"><a href={`/operations/instances/${item.instance.id}`}>{item.instance.number ?? op('case.unnumbered')}</a></th>
            <td class={item.state === 'failed' ? 'hot' : 'd2'}>{op(`item.${item.state}`)}{item.message && <span class="s block">{item.message}</span>}</td>
            <td class="nw d2">{item.doneAt && when(item.doneAt, now.value)}</td>
          </tr>
        )}
      </OperationsList>
    </>
  )
}
