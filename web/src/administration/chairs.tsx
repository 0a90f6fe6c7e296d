/** Appointments with their dates: of an institution, or of a person. */
import { useSignal } from '@preact/signals'
import * as api from '../api/organisation'
import type { Chair } from '../api/organisation'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { CHAIR_KINDS, org, type OrgKey } from '../i18n/organisation'
import { useDepartments, useInstitutions, usePosts } from './choices'
import { FormDialog, said, today, type Field, type Values } from './form'
import { EndButton, Opens, Part, span } from './table'

interface Props {
  institution?: string
  person?: string
  /** Name of the person. */
  name?: string
}

export function Chairs({ institution, person, name = '' }: Props) {
  const query = { ...(institution ? { institution } : {}), ...(person ? { person } : {}) }
  const rows = useResource(`chairs/${institution}/${person}`, () => api.chairs(query))
  const heads: OrgKey[] = institution ? ['person', 'post', 'department', 'kind', 'time', 'actions'] : ['post', 'institution', 'department', 'kind', 'time', 'actions']
  const tools = <Opens words="appoint" open={(close) => <ChairForm start={{ ...query, name }} reload={() => void rows.load()} onClose={close} />} />
  return (
    <Part title="chairs" rows={rows} heads={heads} tools={tools} empty="chairs.none">
      {(row, reload) => <Line key={row.id} row={row} byPerson={!institution} reload={reload} />}
    </Part>
  )
}

function Line({ row, byPerson, reload }: { row: Chair; byPerson: boolean; reload: () => void }) {
  const over = row.toDate !== null && row.toDate < today()
  return (
    <tr class={over ? 'd' : undefined}>
      {byPerson
        ? <><th scope="row" class="mono">{row.post}</th><td class="mono">{row.institution}</td></>
        : <><th scope="row"><a href={`/administration/people/${encodeURIComponent(row.staffNumber)}`}>{row.name}</a> <span class="s d mono">{row.staffNumber}</span></th><td class="mono">{row.post}</td></>}
      <td>{row.department}{row.head && <span class="tag">{org('head')}</span>}</td>
      <td>{org(`chair.${row.kind}` as OrgKey)}</td>
      <td class="nw">{span(row.fromDate, row.toDate)}</td>
      <td class="r">{!over && <EndButton what={`${row.post}@${row.institution}`} to={row.toDate} onEnd={(day) => api.endChair(row.id, day)} reload={reload} />}</td>
    </tr>
  )
}

function ChairForm({ start, reload, onClose }: { start: Props; reload: () => void; onClose: () => void }) {
  const place = useSignal(start.institution ?? '')
  const posts = usePosts()
  const institutions = useInstitutions()
  const departments = useDepartments(place.value)
  const fields: Field[] = [
    { name: 'person', label: 'person', kind: 'staff', required: true, named: start.name ?? '' },
    { name: 'post', label: 'post', required: true, choices: posts },
    { name: 'institution', label: 'institution', required: true, choices: institutions },
    { name: 'department', label: 'department', choices: departments },
    { name: 'kind', label: 'kind', required: true, choices: CHAIR_KINDS.map((kind) => [kind, org(`chair.${kind}` as OrgKey)] as const) },
    { name: 'head', label: 'head', choices: [['', org('head.usual')], ['yes', org('yes')], ['no', org('no')]] },
    { name: 'fromDate', label: 'fromDate', kind: 'day', required: true },
    { name: 'toDate', label: 'toDate', kind: 'day', hint: 'toDate.hint' },
  ]
  const send = async (values: Values) => {
    const head = said(values, 'head')
    await api.appoint({
      person: said(values, 'person'), post: said(values, 'post'), institution: said(values, 'institution'), department: said(values, 'department'),
      kind: said(values, 'kind'), head: head === null ? null : head === 'yes', fromDate: said(values, 'fromDate'), toDate: said(values, 'toDate'),
    })
    say(org('saved'))
    reload()
  }
  return (
    <FormDialog title={org('appoint')} fields={fields} start={{ kind: 'full', fromDate: today(), person: start.person ?? '', institution: start.institution ?? '' }}
      action={org('appoint')} onChange={(values) => (place.value = said(values, 'institution') ?? '')} onSend={send} onClose={onClose} />
  )
}
