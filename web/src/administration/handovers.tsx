/** Handovers (离职/轮岗交接): those that were made, one with what became of each thing, and a new one, shown first. */
import * as api from '../api/handovers'
import type { HandoverItem, HandoverRecord } from '../api/handovers'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { org, type OrgKey } from '../i18n/organisation'
import { parts } from '../routing/router'
import { FormDialog, said } from './form'
import { NewHandover } from './handover-new'
import { Opens, Part } from './table'

export default function HandoversPage() {
  const [, , chosen] = parts()
  return chosen === 'new' ? <NewHandover /> : chosen ? <Handover id={chosen} /> : <Handovers />
}

function Handovers() {
  const rows = useResource('handovers', api.handovers)
  return (
    <Part title="handovers" rows={rows} heads={['person', 'kind', 'fromDate', 'reason', 'result']} empty="handovers.none"
      tools={<a class="btn sm pri" href="/administration/handovers/new">{org('handover.new')}</a>}>
      {(row) => (
        <tr key={row.id}>
          <th scope="row"><a href={`/administration/handovers/${row.id}`}>{row.name}</a><span class="s d block">{joined(row.madeBy, when(row.madeAt, now.value))}</span></th>
          <td>{org(`handover.${row.kind}`)}</td>
          <td class="nw">{row.fromDate}</td>
          <td>{row.reason}</td>
          <td>{row.revokedAt && <b>{org('handover.revoked')} </b>}{counted(row.counts)}</td>
        </tr>
      )}
    </Part>
  )
}

const RESULTS = ['failed', 'pending', 'revoking', 'done', 'kept', 'revoked', 'left', 'listed'] as const

function counted(counts: Record<string, number>): string {
  return joined(...RESULTS.filter((state) => counts[state]).map((state) => org(`item.${state}.n`, { n: counts[state]! })))
}

function Handover({ id }: { id: string }) {
  const found = useResource(`handover/${id}`, () => api.handover(id))
  const row = found.content.value
  if (!row) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const reload = () => void found.load()
  return (
    <>
      <header class="org-head">
        <h2>{org('handover.title', { name: row.name, kind: org(`handover.${row.kind}`) })}</h2>
        <p class="d2">{joined(org('handover.from', { day: row.fromDate }), row.madeBy, when(row.madeAt, now.value))}</p>
        <p>{row.reason}</p>
        {row.revokedAt && <p class="note">{joined(org('handover.revoked'), row.revokedBy, when(row.revokedAt, now.value), row.revokeReason)}</p>}
        <p class="d2">{counted(row.counts)}</p>
        {row.left > 0 && !row.revokedAt && <p class="note soon">{org('handover.leftover', { n: row.left })}</p>}
        <p class="fx">
          <button type="button" class="btn sm" onClick={reload}>{org('reload')}</button>
          {!row.revokedAt && <Opens words="handover.revoke" open={(close) => <Revoke row={row} reload={reload} onClose={close} />} />}
          {row.left > 0 && <a class="btn sm" href={`/administration/handovers/new?person=${row.person}`}>{org('handover.again')}</a>}
        </p>
      </header>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={org('handover.items')}>
        <table class="tbl">
          <caption class="vh">{org('handover.items')}</caption>
          <thead><tr>{(['kind', 'what', 'place', 'successor', 'result'] as OrgKey[]).map((head) => <th key={head} scope="col">{org(head)}</th>)}</tr></thead>
          <tbody>{row.items.map((item) => <Item key={item.id} item={item} />)}</tbody>
        </table>
      </div>
    </>
  )
}

function Item({ item }: { item: HandoverItem }) {
  return (
    <tr>
      <td class="nw">{org(`holding.${item.kind}` as OrgKey)}</td>
      <th scope="row">{item.name}</th>
      <td class="mono">{item.place}</td>
      <td>{item.successor}</td>
      <td class={item.state === 'failed' ? 'hot' : 'd2'}>{org(`item.${item.state}` as OrgKey)}{item.refusal && <span class="s block">{item.refusal}</span>}</td>
    </tr>
  )
}

function Revoke({ row, reload, onClose }: { row: HandoverRecord; reload: () => void; onClose: () => void }) {
  const send = async (reason: string) => {
    await api.revokeHandover(row.id, reason)
    say(org('handover.revoking'))
    reload()
  }
  return (
    <FormDialog title={org('handover.revoke')} lead={org('handover.revoke.lead')} fields={[{ name: 'reason', label: 'reason', required: true }]}
      action={org('handover.revoke')} onSend={(values) => send(said(values, 'reason')!)} onClose={onClose} />
  )
}
