/** Processes: whether they take new cases, how many cases run in which version, and operations over all of them. */
import { useSignal } from '@preact/signals'
import type { BatchKind, OperatedProcess } from '../api/operated-types'
import { processes, resumeProcess, startBatch, suspendProcess } from '../api/operations'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { op } from '../i18n/operations'
import { navigate } from '../routing/router'
import { Table } from './list'
import { ReasonDialog } from './reason'

export function Processes() {
  const found = useResource('processes', processes)
  if (found.error.value !== null && !found.content.value) return <Failed error={found.error.value} retry={() => void found.load()} />
  if (!found.content.value) return null
  if (!found.content.value.length) return <Empty title={op('empty.processes')} hint={op('empty.processes.hint')} />
  return (
    <>
      <p class="s d2">{op('processes.hint')}</p>
      <Table caption={op('processes')} heads={['process', 'version', 'number.of', 'state', 'actions']}>
        {found.content.value.map((row) => <Lines key={row.process.key} row={row} reload={() => void found.load()} />)}
      </Table>
    </>
  )
}

type Version = OperatedProcess['versions'][number]

function Lines({ row, reload }: { row: OperatedProcess; reload: () => void }) {
  return (
    <>
      {row.versions.map((version, at) => (
        <tr key={version.version}>
          {at === 0 ? <th scope="row">{row.process.name}<span class="s d block mono">{row.process.key}</span><a class="s" href={`/operations/processes/${encodeURIComponent(row.process.key)}`}>{op('heat')}</a></th> : <td />}
          <td class="nw">v{version.version} {version.versionTag && <span class="tag">{version.versionTag}</span>}
            <span class="s d block">{joined(when(version.deployedAt, now.value), version.deployedBy)}</span></td>
          <td class="r nw">{version.active > 0 ? <a href={`/operations/instances?process=${encodeURIComponent(row.process.key)}&version=${version.version}`}>{version.active}</a> : 0}
            <span class="s d block">{counts(version)}</span></td>
          <td class={row.suspendedAt ? 'hot' : 'd2'}>{at === 0 && (row.suspendedAt ? op('process.suspended', { at: when(row.suspendedAt, now.value) }) : op('process.active'))}</td>
          <td class="r"><Acts row={row} version={version} newest={at === 0} reload={reload} /></td>
        </tr>
      ))}
    </>
  )
}

const counts = ({ suspended, stopped }: Version): string =>
  joined(suspended > 0 && op('count.suspended', { n: suspended }), stopped > 0 && op('count.stopped', { n: stopped }))

function Acts({ row, version, newest, reload }: { row: OperatedProcess; version: Version; newest: boolean; reload: () => void }) {
  const asking = useSignal<'process' | BatchKind | null>(null)
  const close = () => (asking.value = null)
  const going = row.suspendedAt ? 'process.resume' : 'process.suspend'
  const turn = async (reason: string) => {
    await (row.suspendedAt ? resumeProcess : suspendProcess)(row.process.key, reason)
    say(op(`${going}.done`, { name: row.process.name }))
    reload()
  }
  const together = async (reason: string) => {
    const kind = asking.value as BatchKind
    const parameters = kind === 'migrate' ? { version: row.versions[0]!.version } : {}
    const made = await startBatch({ kind, reason, process: row.process.key, version: version.version, parameters })
    say(op('batch.started', { n: made.total }))
    navigate(`/operations/batches/${made.id}`)
  }
  const running = version.active - version.suspended
  return (
    <>
      {newest && <button type="button" class="btn sm" onClick={() => (asking.value = 'process')}>{op(going)}</button>}{' '}
      {running > 0 && <button type="button" class="btn sm" onClick={() => (asking.value = 'suspend')}>{op('version.suspend', { n: running })}</button>}{' '}
      {version.suspended > 0 && <button type="button" class="btn sm" onClick={() => (asking.value = 'resume')}>{op('version.resume', { n: version.suspended })}</button>}{' '}
      {!newest && version.active > 0 && <button type="button" class="btn sm" onClick={() => (asking.value = 'migrate')}>{op('version.migrate', { n: version.active, version: row.versions[0]!.version })}</button>}
      {asking.value === 'process' && (
        <ReasonDialog title={op(`${going}.title`, { name: row.process.name })} hint={op(`${going}.hint`)} action={op(going)} onSend={turn} onClose={close} />
      )}
      {asking.value && asking.value !== 'process' && (
        <ReasonDialog title={op('version.title', { act: op(asking.value), name: row.process.name, version: version.version })} hint={op(`${asking.value}.hint` as 'suspend.hint')} action={op(asking.value)}
          onSend={together} onClose={close}>
          {asking.value === 'migrate' && <p class="note">{op('version.migrate.hint')}</p>}
        </ReasonDialog>
      )}
    </>
  )
}
