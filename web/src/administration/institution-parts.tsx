/** What an institution has beside its chairs: departments, committees and teams, leaders in charge, duty rosters. */
import * as api from '../api/organisation'
import type { Committee, KeptDepartment } from '../api/organisation'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { BODY_ROLES, DEPARTMENT_KINDS, org, type OrgKey } from '../i18n/organisation'
import { useDepartments, useLines, usePosts } from './choices'
import { FormDialog, instant, said, today, type Field, type Values } from './form'
import { EndButton, Opens, Part, span } from './table'

interface Own {
  institution: string
}
interface Forming extends Own {
  reload: () => void
  onClose: () => void
}
const DATES: Field[] = [
  { name: 'fromDate', label: 'fromDate', kind: 'day', required: true },
  { name: 'toDate', label: 'toDate', kind: 'day', hint: 'toDate.hint' },
]
const dated = (values: Values) => ({ fromDate: said(values, 'fromDate'), toDate: said(values, 'toDate') })

/** Sends, says so, and fetches anew. */
const saving = (send: (values: Values) => Promise<unknown>, reload: () => void) => async (values: Values) => {
  await send(values)
  say(org('saved'))
  reload()
}

export function Departments({ institution }: Own) {
  const rows = useResource(`departments/${institution}`, () => api.departments(institution))
  const form = (row?: KeptDepartment) => (close: () => void) =>
    <DepartmentForm institution={institution} {...(row ? { row } : {})} reload={() => void rows.load()} onClose={close} />
  return (
    <Part title="departments" rows={rows} heads={['code', 'name', 'kind', 'head', 'actions']} empty="departments.none" tools={<Opens words="add" open={form()} />}>
      {(row) => (
        <tr key={row.code}>
          <th scope="row" class="mono">{row.code}</th>
          <td>{row.name}</td>
          <td>{org(`department.${row.kind}` as OrgKey)}</td>
          <td>{row.head}</td>
          <td class="r"><Opens words="edit" open={form(row)} /></td>
        </tr>
      )}
    </Part>
  )
}

function DepartmentForm({ institution, row, reload, onClose }: Forming & { row?: KeptDepartment }) {
  const fields: Field[] = [
    { name: 'code', label: 'code', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name', required: true },
    { name: 'kind', label: 'kind', required: true, choices: DEPARTMENT_KINDS.map((kind) => [kind, org(`department.${kind}` as OrgKey)] as const) },
  ]
  const start = { code: row?.code ?? '', name: row?.name ?? '', kind: row?.kind ?? 'clinical' }
  const send = saving((values) => api.putDepartment(institution, said(values, 'code')!, { name: said(values, 'name'), kind: said(values, 'kind') }), reload)
  return <FormDialog title={org(row ? 'department.edit' : 'department.add')} fields={fields} start={start} action={org('save')} onSend={send} onClose={onClose} />
}

export function Committees({ institution }: Own) {
  const rows = useResource(`committees/${institution}`, () => api.committees(institution))
  const form = (row?: Committee) => (close: () => void) =>
    <CommitteeForm institution={institution} {...(row ? { row } : {})} reload={() => void rows.load()} onClose={close} />
  return (
    <Part title="committees" rows={rows} heads={['name', 'members', 'time', 'actions']} empty="committees.none" tools={<Opens words="add" open={form()} />}>
      {(row, reload) => (
        <tr key={row.id}>
          <th scope="row">{row.name}<span class="s d block">{joined(row.code, org(`body.${row.kind}` as OrgKey), row.quorum !== null && org('quorum.is', { n: row.quorum }))}</span></th>
          <td>
            <ul>
              {row.members.map((member) => (
                <li key={member.id} class="fx">
                  <span>{joined(member.name, org(`role.${member.role}` as OrgKey), !member.votes && org('votes.no'))}</span>
                  <span class="push"><EndButton what={`${row.name} ${member.name}`} to={member.toDate} onEnd={(day) => api.endMember(member.id, day)} reload={reload} /></span>
                </li>
              ))}
            </ul>
          </td>
          <td class="nw">{span(row.fromDate, row.toDate)}</td>
          <td class="r">
            <Opens words="edit" open={form(row)} />{' '}
            <Opens words="member.add" open={(close) => <MemberForm institution={institution} committee={row.code} reload={reload} onClose={close} />} />
          </td>
        </tr>
      )}
    </Part>
  )
}

function CommitteeForm({ institution, row, reload, onClose }: Forming & { row?: Committee }) {
  const fields: Field[] = [
    { name: 'code', label: 'code', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name', required: true },
    { name: 'kind', label: 'kind', required: true, choices: (['committee', 'team'] as const).map((kind) => [kind, org(`body.${kind}`)] as const) },
    { name: 'quorum', label: 'quorum', kind: 'number', hint: 'quorum.hint' },
    ...DATES,
  ]
  const start: Values = {
    code: row?.code ?? '', name: row?.name ?? '', kind: row?.kind ?? 'committee', quorum: row?.quorum ? String(row.quorum) : '',
    fromDate: row?.fromDate ?? today(), toDate: row?.toDate ?? '',
  }
  const send = saving((values) => api.putCommittee(institution, said(values, 'code')!, {
    name: said(values, 'name'), kind: said(values, 'kind'), quorum: said(values, 'quorum') === null ? null : Number(values.quorum), ...dated(values),
  }), reload)
  return <FormDialog title={org(row ? 'committee.edit' : 'committee.add')} fields={fields} start={start} action={org('save')} onSend={send} onClose={onClose} />
}

function MemberForm({ institution, committee, reload, onClose }: Forming & { committee: string }) {
  const fields: Field[] = [
    { name: 'person', label: 'person', kind: 'staff', required: true },
    { name: 'role', label: 'role', required: true, choices: BODY_ROLES.map((role) => [role, org(`role.${role}` as OrgKey)] as const) },
    { name: 'votes', label: 'votes', kind: 'yes' },
    { name: 'position', label: 'position', kind: 'number', hint: 'position.hint' },
    ...DATES,
  ]
  const send = saving((values) => api.putMember(institution, committee, said(values, 'person')!, {
    role: said(values, 'role'), votes: values.votes === true, position: Number(said(values, 'position') ?? 100), ...dated(values),
  }), reload)
  return (
    <FormDialog title={org('member.add')} fields={fields} start={{ role: 'member', votes: true, fromDate: today() }} action={org('save')} onSend={send} onClose={onClose} />
  )
}

export function Charges({ institution }: Own) {
  const rows = useResource(`charges/${institution}`, () => api.charges(institution))
  const tools = <Opens words="add" open={(close) => <ChargeForm institution={institution} reload={() => void rows.load()} onClose={close} />} />
  return (
    <Part title="charges" rows={rows} heads={['person', 'charge', 'time', 'actions']} empty="charges.none" tools={tools}>
      {(row, reload) => (
        <tr key={row.id}>
          <th scope="row">{row.name}</th>
          <td>{row.department ? org('charge.department', { code: row.department }) : row.line ? org('charge.line', { code: row.line }) : row.matter}</td>
          <td class="nw">{span(row.fromDate, row.toDate)}</td>
          <td class="r"><EndButton what={row.name} to={row.toDate} onEnd={(day) => api.endCharge(row.id, day)} reload={reload} /></td>
        </tr>
      )}
    </Part>
  )
}

function ChargeForm({ institution, reload, onClose }: Forming) {
  const departments = useDepartments(institution)
  const lines = useLines()
  const fields: Field[] = [
    { name: 'person', label: 'person', kind: 'staff', required: true },
    { name: 'department', label: 'department', choices: departments },
    { name: 'line', label: 'line', choices: lines },
    { name: 'matter', label: 'matter', hint: 'charge.hint' },
    ...DATES,
  ]
  const send = saving((values) => api.putCharge({
    institution, person: said(values, 'person'), department: said(values, 'department'), line: said(values, 'line'), matter: said(values, 'matter'), ...dated(values),
  }), reload)
  return <FormDialog title={org('charge.add')} fields={fields} start={{ fromDate: today() }} action={org('save')} onSend={send} onClose={onClose} />
}

const ROSTER_DAYS = 31

export function Duties({ institution }: Own) {
  const rows = useResource(`duties/${institution}`, () => {
    const from = new Date()
    return api.duties(institution, from.toISOString(), new Date(from.getTime() + ROSTER_DAYS * 86_400_000).toISOString())
  })
  const tools = <Opens words="add" open={(close) => <DutyForm institution={institution} reload={() => void rows.load()} onClose={close} />} />
  const remove = async (id: string, reload: () => void) => {
    await api.removeDuty(id).then(() => say(org('duty.removed')), () => say(org('duty.begun')))
    reload()
  }
  return (
    <Part title="duties" rows={rows} heads={['person', 'duty.for', 'duty.from', 'duty.to', 'actions']} empty="duties.none" tools={tools}>
      {(row, reload) => (
        <tr key={row.id}>
          <th scope="row">{row.name}</th>
          <td class="mono">{joined(row.department, row.post)}</td>
          <td class="nw">{when(row.fromAt, now.value)}</td>
          <td class="nw">{when(row.toAt, now.value)}</td>
          <td class="r">{Date.parse(row.fromAt) > now.value && <button type="button" class="btn sm" onClick={() => void remove(row.id, reload)}>{org('remove')}</button>}</td>
        </tr>
      )}
    </Part>
  )
}

function DutyForm({ institution, reload, onClose }: Forming) {
  const departments = useDepartments(institution, org('duty.whole'))
  const posts = usePosts('—')
  const fields: Field[] = [
    { name: 'person', label: 'person', kind: 'staff', required: true },
    { name: 'department', label: 'department', choices: departments },
    { name: 'post', label: 'post', choices: posts },
    { name: 'fromAt', label: 'duty.from', kind: 'moment', required: true },
    { name: 'toAt', label: 'duty.to', kind: 'moment', required: true },
  ]
  const send = saving((values) => api.putDuties([{
    institution, person: said(values, 'person'), department: said(values, 'department'), post: said(values, 'post'),
    fromAt: instant(values, 'fromAt'), toAt: instant(values, 'toAt'),
  }]), reload)
  return <FormDialog title={org('duty.add')} fields={fields} action={org('save')} onSend={send} onClose={onClose} />
}
