/** People: found by name, number or log-in; of the one that is chosen his chairs, and the way to hand on what he has. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import * as api from '../api/organisation'
import type { KeptPerson } from '../api/organisation'
import { useResource } from '../frame/resource'
import { Failed, Unknown } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { org } from '../i18n/organisation'
import { parts } from '../routing/router'
import { Account } from './account'
import { Chairs } from './chairs'
import { FormDialog, said, type Field, type Values } from './form'
import { Opens, Part } from './table'

export default function PeoplePage() {
  const [, , number] = parts()
  return number ? <Person number={decodeURIComponent(number)} /> : <People />
}

function People() {
  const text = useSignal('')
  const asked = useSignal('')
  useEffect(() => {
    const timer = setTimeout(() => (asked.value = text.value.trim()), 250)
    return () => clearTimeout(timer)
  }, [text.value])
  const rows = useResource(`people/${asked.value}`, () => api.people(asked.value))
  const tools = <Opens words="person.add" open={(close) => <PersonForm reload={() => void rows.load()} onClose={close} />} />
  return (
    <>
      <div class="fld org-search">
        <label for="person-search">{org('person.search')}</label>
        <input class="in" id="person-search" type="search" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </div>
      <Part title="people" rows={rows} heads={['number', 'name', 'login', 'chairs', 'state']} empty="people.none" tools={tools}>
        {(row) => (
          <tr key={row.id}>
            <th scope="row" class="mono"><a href={`/administration/people/${encodeURIComponent(row.staffNumber)}`}>{row.staffNumber}</a></th>
            <td>{row.name}</td>
            <td class="mono">{row.login}</td>
            <td>{row.chairs}</td>
            <td class={row.active ? 'd2' : 'hot'}>{org(row.active ? 'active' : 'inactive')}</td>
          </tr>
        )}
      </Part>
    </>
  )
}

function Person({ number }: { number: string }) {
  const found = useResource(`person/${number}`, () => api.people(number))
  const row = found.content.value?.find(({ staffNumber }) => staffNumber === number)
  if (!found.content.value) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  if (!row) return <Unknown />
  return (
    <div class="org-detail">
      <header class="org-head">
        <h2>{row.name} <span class="s d mono">{row.staffNumber}</span></h2>
        <p class="d2">{joined(org(row.active ? 'active' : 'inactive'), row.login ? org('login.is', { login: row.login }) : org('login.none'))}</p>
        <p class="fx">
          <Opens words="edit" open={(close) => <PersonForm row={row} reload={() => void found.load()} onClose={close} />} />
          <a class="btn sm" href={`/administration/handovers/new?person=${row.id}`}>{org('handover.of')}</a>
        </p>
      </header>
      <Account person={row.staffNumber} name={row.name} reload={() => void found.load()} />
      <Chairs person={row.staffNumber} name={row.name} />
    </div>
  )
}

function PersonForm({ row, reload, onClose }: { row?: KeptPerson; reload: () => void; onClose: () => void }) {
  const fields: Field[] = [
    { name: 'number', label: 'number', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name', required: true },
    { name: 'active', label: 'active', kind: 'yes' },
  ]
  const send = async (values: Values) => {
    await api.putPerson(said(values, 'number')!, { name: said(values, 'name'), active: values.active === true })
    say(org('saved'))
    reload()
  }
  return (
    <FormDialog title={org(row ? 'person.edit' : 'person.add')} lead={org(row ? 'person.lead' : 'person.add.lead')} fields={fields}
      start={{ number: row?.staffNumber ?? '', name: row?.name ?? '', active: row?.active ?? true }} action={org('save')} onSend={send} onClose={onClose} />
  )
}
