/** Business lines: the centre that leads one, and the departments that answer to it. */
import { useSignal } from '@preact/signals'
import * as api from '../api/organisation'
import type { BusinessLine } from '../api/organisation'
import { sentence } from '../api/problem'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { org } from '../i18n/organisation'
import { useDepartments, useInstitutions } from './choices'
import { FormDialog, said, type Field, type Values } from './form'
import { Opens, Part } from './table'

export default function LinesPage() {
  const rows = useResource('lines', api.lines)
  const reload = () => void rows.load()
  const leave = async (line: string, place: string) => {
    await api.putLineDepartment(line, place, false).then(() => say(org('saved')), (failure: unknown) => say(sentence(failure)))
    reload()
  }
  return (
    <Part title="lines" rows={rows} heads={['code', 'name', 'centre', 'departments', 'actions']} empty="lines.none"
      tools={<Opens words="line.add" open={(close) => <LineForm reload={reload} onClose={close} />} />}>
      {(row) => (
        <tr key={row.code}>
          <th scope="row" class="mono">{row.code}</th>
          <td>{row.name}</td>
          <td class="mono">{row.centre}</td>
          <td>
            <ul>
              {row.departments.map((place) => (
                <li key={place} class="fx"><span class="mono">{place}</span>
                  <button type="button" class="btn q sm push" aria-label={org('line.leave', { place })} onClick={() => void leave(row.code, place)}>{org('remove')}</button>
                </li>
              ))}
            </ul>
          </td>
          <td class="r">
            <Opens words="edit" open={(close) => <LineForm row={row} reload={reload} onClose={close} />} />{' '}
            <Opens words="line.department" open={(close) => <DepartmentForm line={row.code} reload={reload} onClose={close} />} />
          </td>
        </tr>
      )}
    </Part>
  )
}

function LineForm({ row, reload, onClose }: { row?: BusinessLine; reload: () => void; onClose: () => void }) {
  const [institution = '', department = ''] = row?.centre?.split('/') ?? []
  const place = useSignal(institution)
  const institutions = useInstitutions()
  const departments = useDepartments(place.value)
  const fields: Field[] = [
    { name: 'code', label: 'code', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name', required: true },
    { name: 'centreInstitution', label: 'centre.institution', choices: [['', '—'], ...institutions] },
    { name: 'centreDepartment', label: 'centre.department', choices: departments },
  ]
  const send = async (values: Values) => {
    await api.putLine(said(values, 'code')!, {
      name: said(values, 'name'), centreInstitution: said(values, 'centreInstitution'), centreDepartment: said(values, 'centreDepartment'),
    })
    say(org('saved'))
    reload()
  }
  const start = { code: row?.code ?? '', name: row?.name ?? '', centreInstitution: institution, centreDepartment: department }
  return <FormDialog title={org(row ? 'line.edit' : 'line.add')} fields={fields} start={start} action={org('save')}
    onChange={(values) => (place.value = said(values, 'centreInstitution') ?? '')} onSend={send} onClose={onClose} />
}

function DepartmentForm({ line, reload, onClose }: { line: string; reload: () => void; onClose: () => void }) {
  const place = useSignal('')
  const institutions = useInstitutions()
  const departments = useDepartments(place.value)
  const fields: Field[] = [
    { name: 'institution', label: 'institution', required: true, choices: institutions },
    { name: 'department', label: 'department', required: true, choices: departments },
  ]
  const send = async (values: Values) => {
    await api.putLineDepartment(line, `${said(values, 'institution')}/${said(values, 'department')}`, true)
    say(org('saved'))
    reload()
  }
  return <FormDialog title={org('line.department')} fields={fields} action={org('save')}
    onChange={(values) => (place.value = said(values, 'institution') ?? '')} onSend={send} onClose={onClose} />
}
