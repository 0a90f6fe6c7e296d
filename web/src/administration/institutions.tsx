/** Institutions: the tree, and of the one that is chosen its departments, chairs, committees, charges and duty. */
import * as api from '../api/organisation'
import type { KeptInstitution } from '../api/organisation'
import { narrow } from '../frame/media'
import { useResource } from '../frame/resource'
import { Failed, Unknown } from '../frame/states'
import { say } from '../frame/toast'
import { org, TYPES, typeName } from '../i18n/organisation'
import { parts } from '../routing/router'
import { FormDialog, said, type Field, type Values } from './form'
import { Chairs } from './chairs'
import { Charges, Committees, Departments, Duties } from './institution-parts'
import { Opens, span } from './table'

export default function InstitutionsPage() {
  const [, , code] = parts()
  const all = useResource('institutions', api.institutions)
  const rows = all.content.value
  if (!rows) return all.error.value === null ? null : <Failed error={all.error.value} retry={() => void all.load()} />
  const chosen = rows.find((row) => row.code === code)
  const reload = () => void all.load()
  return (
    <div class="org">
      <details class="org-tree" open={!narrow.value || !code}>
        <summary>{org('tree')}</summary>
        <Opens words="institution.add" open={(close) => <InstitutionForm rows={rows} reload={reload} onClose={close} />} />
        <Branch rows={rows} parent={null} chosen={code} />
      </details>
      <div class="org-detail">
        {chosen ? <Institution key={chosen.code} row={chosen} rows={rows} reload={reload} /> : code ? <Unknown /> : <p class="d2">{org('institution.choose')}</p>}
      </div>
    </div>
  )
}

function Branch({ rows, parent, chosen }: { rows: KeptInstitution[]; parent: string | null; chosen: string | undefined }) {
  const below = rows.filter((row) => row.parent === parent)
  if (!below.length) return null
  return (
    <ul class="tree">
      {below.map((row) => (
        <li key={row.code}>
          <a href={`/administration/institutions/${encodeURIComponent(row.code)}`} aria-current={row.code === chosen ? 'page' : undefined}>
            {row.name} <span class="s d mono">{row.code}</span>
          </a>
          <Branch rows={rows} parent={row.code} chosen={chosen} />
        </li>
      ))}
    </ul>
  )
}

function Institution({ row, rows, reload }: { row: KeptInstitution; rows: KeptInstitution[]; reload: () => void }) {
  return (
    <>
      <header class="org-head">
        <h2>{row.name} <span class="s d mono">{row.code}</span></h2>
        <p class="d2">
          {typeName(row.type)} · {row.calendar} · {org(row.integrated ? 'integrated.yes' : 'integrated.no')} · {row.memberFrom ? `${org('member')} ${span(row.memberFrom, row.memberTo)}` : org('member.none')}
        </p>
        <p class="fx">
          <Opens words="edit" open={(close) => <InstitutionForm row={row} rows={rows} reload={reload} onClose={close} />} />
          <Opens words="member.edit" open={(close) => <MemberForm row={row} reload={reload} onClose={close} />} />
        </p>
      </header>
      <Departments institution={row.code} />
      <Chairs institution={row.code} />
      <Committees institution={row.code} />
      <Charges institution={row.code} />
      <Duties institution={row.code} />
    </>
  )
}

function InstitutionForm({ row, rows, reload, onClose }: { row?: KeptInstitution; rows: KeptInstitution[]; reload: () => void; onClose: () => void }) {
  const fields: Field[] = [
    { name: 'code', label: 'code', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name', required: true },
    { name: 'shortName', label: 'shortName' },
    { name: 'type', label: 'type', required: true, choices: TYPES.map((type) => [type, `${type} ${typeName(type)}`] as const) },
    { name: 'parent', label: 'parent', choices: [['', org('parent.none')], ...rows.filter(({ code }) => code !== row?.code).map(({ code, name }) => [code, `${code} ${name}`] as const)] },
    { name: 'calendar', label: 'calendar', required: true, choices: ['ADMIN', 'OPD', 'CLIN', 'SUPPLY'].map((code) => [code, code] as const) },
    { name: 'integrated', label: 'integrated', kind: 'yes' },
  ]
  const start: Values = row
    ? { code: row.code, name: row.name, shortName: row.shortName, type: row.type, parent: row.parent ?? '', calendar: row.calendar, integrated: row.integrated }
    : { calendar: 'ADMIN', integrated: true }
  const send = async (values: Values) => {
    await api.putInstitution(said(values, 'code')!, {
      name: said(values, 'name'), shortName: said(values, 'shortName'), type: said(values, 'type'), parent: said(values, 'parent'),
      calendar: said(values, 'calendar'), integrated: values.integrated === true,
    })
    say(org('saved'))
    reload()
  }
  return <FormDialog title={org(row ? 'institution.edit' : 'institution.add')} fields={fields} start={start} action={org('save')} onSend={send} onClose={onClose} />
}

function MemberForm({ row, reload, onClose }: { row: KeptInstitution; reload: () => void; onClose: () => void }) {
  const fields: Field[] = [
    { name: 'fromDate', label: 'fromDate', kind: 'day', required: true },
    { name: 'toDate', label: 'toDate', kind: 'day', hint: 'toDate.hint' },
  ]
  const send = async (values: Values) => {
    await api.putMembership(row.code, { fromDate: said(values, 'fromDate'), toDate: said(values, 'toDate') })
    say(org('saved'))
    reload()
  }
  return (
    <FormDialog title={org('member.edit')} lead={org('member.lead')} fields={fields} start={{ fromDate: row.memberFrom ?? '', toDate: row.memberTo ?? '' }}
      action={org('save')} onSend={send} onClose={onClose} />
  )
}
