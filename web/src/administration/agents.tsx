/** Who acts for whom (代理), everybody's. */
import { useSignal } from '@preact/signals'
import * as api from '../api/organisation'
import type { DelegationRow } from '../api/organisation'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource, type Resource } from '../frame/resource'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { org } from '../i18n/organisation'
import { FormDialog, instant, said, today, type Field, type Values } from './form'
import { Opens, Part } from './table'

export default function AgentsPage() {
  const ended = useSignal(false)
  const rows = useResource(`agents/${ended.value}`, () => api.delegations(ended.value))
  return (
    <>
      <label class="setting org-search"><span>{org('agents.ended')}</span>
        <input type="checkbox" role="switch" class="sw" checked={ended.value} onChange={(event) => (ended.value = event.currentTarget.checked)} />
      </label>
      <Agents rows={rows} own={false} />
    </>
  )
}

/** The agents of `rows`, and the ways to have another and to end one. */
export function Agents({ rows, own }: { rows: Resource<DelegationRow[]>; own: boolean }) {
  const end = async (row: DelegationRow, reload: () => void) => {
    await api.endDelegation(row.id).then(() => say(org('agent.ended', { agent: row.agentName })), (failure: unknown) => say(sentence(failure)))
    reload()
  }
  const tools = <Opens words="agent.add" open={(close) => <AgentForm own={own} reload={() => void rows.load()} onClose={close} />} />
  return (
    <Part title="agents" rows={rows} heads={['principal', 'agent', 'scope', 'time', 'actions']} empty="agents.none" tools={tools} stacks>
      {(row, reload) => (
        <tr key={row.id}>
          <th scope="row" data-head={org('principal')}>{row.principalName}</th>
          <td data-head={org('agent')}>{row.agentName}<span class="s d block">{row.reason}</span></td>
          <td data-head={org('scope')}>{joined(row.institution ?? org('scope.everywhere'), row.processes?.join(' ') ?? org('scope.all'))}</td>
          <td data-head={org('time')}>{when(row.fromAt, now.value)}<span class="block">{org('until', { time: when(row.toAt, now.value) })}</span></td>
          <td class="r">{Date.parse(row.toAt) > now.value && <button type="button" class="btn sm" onClick={() => void end(row, reload)}>{org('agent.end')}</button>}</td>
        </tr>
      )}
    </Part>
  )
}

function AgentForm({ own, reload, onClose }: { own: boolean; reload: () => void; onClose: () => void }) {
  const fields: Field[] = [
    ...(own ? [] : [{ name: 'principal', label: 'principal', kind: 'person', required: true } as const]),
    { name: 'agent', label: 'agent', kind: own ? 'colleague' : 'person', required: true },
    { name: 'fromAt', label: 'fromAt', kind: 'moment', required: true },
    { name: 'toAt', label: 'toAt', kind: 'moment', required: true },
    { name: 'reason', label: 'reason', required: true },
    { name: 'institution', label: 'institution', hint: 'scope.institution' },
    { name: 'processes', label: 'processes', hint: 'scope.processes' },
  ]
  const send = async (values: Values) => {
    const processes = said(values, 'processes')?.split(/[\s,，、]+/).filter(Boolean) ?? null
    await api.delegate({
      ...(own ? {} : { principal: said(values, 'principal') }), agent: said(values, 'agent'), fromAt: instant(values, 'fromAt'), toAt: instant(values, 'toAt'),
      reason: said(values, 'reason'), institution: said(values, 'institution'), processes,
    })
    say(org('saved'))
    reload()
  }
  return (
    <FormDialog title={org('agent.add')} lead={org('agent.lead')} fields={fields} start={{ fromAt: `${today()}T08:00`, toAt: `${today(7)}T18:00` }}
      action={org('agent.add')} onSend={send} onClose={onClose} />
  )
}
