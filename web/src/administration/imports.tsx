/** An organisation comes in from Excel: the template, what a file would change row by row, and that brought in. */
import { useSignal } from '@preact/signals'
import { importOrganisation, templateAddress, tryImport, type ImportedRow, type ImportResult } from '../api/handovers'
import { sentence } from '../api/problem'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { org, type OrgKey } from '../i18n/organisation'

const STATES = ['wrong', 'added', 'changed', 'ended', 'removed', 'same'] as const
type State = (typeof STATES)[number]

export default function ImportsPage() {
  const file = useSignal<File | null>(null)
  const shown = useSignal<ImportResult | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const during = async (act: () => Promise<void>) => {
    if (busy.value) return
    busy.value = true
    error.value = ''
    await act().catch((failure: unknown) => (error.value = sentence(failure)))
    busy.value = false
  }
  const look = (chosen: File | null) => {
    file.value = chosen
    shown.value = null
    if (chosen) void during(async () => void (shown.value = await tryImport(chosen)))
  }
  const bringIn = () => during(async () => {
    const result = await importOrganisation(file.value!, shown.value!.fingerprint)
    say(org('import.done', { n: result.rows.filter(({ state }) => state !== 'same').length }))
    file.value = null
    shown.value = null
  })
  return (
    <>
      <section class="st">
        <p class="d2 lead">{org('import.lead')}</p>
        <p class="fx">
          <a class="btn sm" href={templateAddress(false)} download>{org('import.template')}</a>
          <a class="btn sm" href={templateAddress(true)} download>{org('import.filled')}</a>
        </p>
        <div class="fld org-search">
          <label for="import-file">{org('import.file')}</label>
          <input class="in" id="import-file" type="file" accept=".xlsx" key={file.value ? 'chosen' : 'none'}
            onChange={(event) => look(event.currentTarget.files?.[0] ?? null)} />
        </div>
        {file.value && <p class="s d2">{file.value.name}</p>}
        <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      </section>
      {shown.value && <Result result={shown.value} busy={busy.value} onSend={() => void bringIn()} />}
    </>
  )
}

function Result({ result, busy, onSend }: { result: ImportResult; busy: boolean; onSend: () => void }) {
  const only = useSignal<State | null>(null)
  const counts = Object.fromEntries(STATES.map((state) => [state, result.rows.filter((row) => row.state === state).length])) as Record<State, number>
  const rows = result.rows.filter(({ state }) => only.value === null || state === only.value)
  const useless = counts.wrong > 0 ? 'import.wrong' : counts.same === result.rows.length ? 'import.nothing' : null
  return (
    <section class="st org-part">
      <header class="fx">
        <h2 class="small">{org('import.shown')}</h2>
        <fieldset class="seg push"><legend class="vh">{org('state')}</legend>
          {[null, ...STATES.filter((state) => counts[state] > 0)].map((state) => (
            <label key={state} class={only.value === state ? 'on' : ''}>
              <input type="radio" name="import-state" checked={only.value === state} onChange={() => (only.value = state)} />
              <span>{state === null ? org('import.all', { n: result.rows.length }) : org(`import.${state}`, { n: counts[state] })}</span>
            </label>
          ))}
        </fieldset>
      </header>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={org('import.shown')}>
        <table class="tbl">
          <caption class="vh">{org('import.shown')}</caption>
          <thead><tr>{(['sheet', 'row', 'what', 'state', 'changes'] as OrgKey[]).map((head) => <th key={head} scope="col">{org(head)}</th>)}</tr></thead>
          <tbody>{rows.map((row) => <Line key={`${row.sheet}${row.line ?? row.name}`} row={row} />)}</tbody>
        </table>
      </div>
      <p class="fx">
        <button type="button" class="btn pri" disabled={useless !== null} aria-disabled={busy} onClick={onSend}>
          {org('import.send', { n: result.rows.length - counts.same })}
        </button>
        {useless && <span class="s d2">{org(useless, { n: counts.wrong })}</span>}
      </p>
    </section>
  )
}

function Line({ row }: { row: ImportedRow }) {
  return (
    <tr>
      <td>{row.sheet}</td>
      <td class="mono">{row.line}</td>
      <th scope="row">{row.name}</th>
      <td class={['wrong', 'removed'].includes(row.state) ? 'hot' : 'd2'}>{org(`row.${row.state}`)}</td>
      <td>{row.refusal ?? joined(...row.changes.map(({ field, before, after }) => `${fieldName(field)}：${worded(before)} → ${worded(after)}`))}</td>
    </tr>
  )
}

const FIELDS: Record<string, OrgKey> = {
  name: 'name', short_name: 'shortName', type: 'type', parent: 'parent', calendar: 'calendar', integrated: 'integrated', kind: 'kind',
  active: 'active', head: 'head', from_date: 'fromDate', to_date: 'toDate',
  quorum: 'quorum', role: 'role', votes: 'votes', position: 'position', to_at: 'toDate', centre: 'centre', belongs: 'belongs',
}

function fieldName(field: string): string {
  const key = FIELDS[field]
  return key ? org(key) : field
}

function worded(value: unknown): string {
  if (value === null || value === undefined) return '—'
  return typeof value === 'boolean' ? org(value ? 'yes' : 'no') : String(value)
}
