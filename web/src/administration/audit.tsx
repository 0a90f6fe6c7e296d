/** The audit trail for the audit administrator: searched by person, act, case and time, and verified as a whole. */
import { useSignal } from '@preact/signals'
import { auditedRounds, auditEntries, verifyAudit, type AuditEntry, type AuditQuery, type Verification } from '../api/administration'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { either, joined } from '../i18n'
import { admin } from '../i18n/administration'
import { Listing } from './listing'
import { usePaged } from './paged'

/** The county's days, wherever the browser is. */
const ZONE = '+08:00'

export default function AuditPage() {
  const query = useSignal<AuditQuery>({})
  const search = (form: HTMLFormElement) => {
    const given = new FormData(form)
    const text = (name: string): string => String(given.get(name) ?? '').trim()
    const found: AuditQuery = {}
    if (text('name')) found.name = text('name')
    if (text('action')) found.action = text('action')
    if (text('number')) found.number = text('number')
    if (text('from')) found.from = `${text('from')}T00:00:00${ZONE}`
    if (text('to')) found.to = `${text('to')}T23:59:59${ZONE}`
    query.value = found
  }
  return (
    <>
      <Verify />
      <form class="filters" role="search" onSubmit={(event) => {
        event.preventDefault()
        search(event.currentTarget)
      }}>
        <label class="fld"><span class="l">{admin('audit.name')}</span><input class="in" name="name" maxLength={60} /></label>
        <label class="fld"><span class="l">{admin('audit.action')}</span><input class="in mono" name="action" maxLength={60} /></label>
        <label class="fld"><span class="l">{admin('audit.number')}</span><input class="in" name="number" maxLength={60} /></label>
        <label class="fld"><span class="l">{admin('lateness.first')}</span><input class="in" type="date" name="from" /></label>
        <label class="fld"><span class="l">{admin('lateness.last')}</span><input class="in" type="date" name="to" /></label>
        <button type="submit" class="btn pri">{admin('audit.search')}</button>
      </form>
      {query.value.number && <Rounds key={query.value.number} number={query.value.number} />}
      <Entries key={JSON.stringify(query.value)} query={query.value} />
    </>
  )
}

/** By which rules and which organisation the people of a case's tasks were found. */
function Rounds({ number }: { number: string }) {
  const { rows, error, loaded, retry, more } = usePaged(number, (cursor) => auditedRounds(cursor, number))
  if (error.value !== null) return <Failed error={error.value} retry={retry} />
  if (!loaded || !rows.value.length) return null
  return (
    <section class="st">
      <h2 class="small">{admin('rounds')}</h2>
      <Listing caption={admin('rounds')} heads={['when', 'rounds.step', 'rounds.rule', 'rounds.organisation', 'rounds.people']}>
        {rows.value.map((round) => (
          <tr key={round.id}>
            <th scope="row" class="nw">{when(round.openedAt, now.value)}</th>
            <td>{round.step}<span class="s d block">{admin('rounds.number', { n: round.number })}</span></td>
            <td class="d2">{round.process.name}<span class="s block">{admin('rounds.version', { n: round.process.version })}</span></td>
            <td>{round.foundOn ?? admin('rounds.unknown')}{round.organisation && <span class="s d block">{joined(admin('rounds.version', { n: round.organisation.number }), admin('rounds.since', { when: when(round.organisation.since, now.value) }), round.organisation.by)}</span>}</td>
            <td>{round.people.join(admin('and'))}<span class="s d block">{round.offeredTo.map((name, at) => either(name, round.offeredToEn[at] ?? name)).join(admin('and'))}</span></td>
          </tr>
        ))}
      </Listing>
      {more && <button type="button" class="btn sm more" onClick={more}>{admin('more')}</button>}
    </section>
  )
}

function Entries({ query }: { query: AuditQuery }) {
  const rows = useSignal<AuditEntry[]>([])
  const cursor = useSignal<string | null>(null)
  const first = useResource('entries', async () => {
    const page = await auditEntries(null, query)
    rows.value = page.items
    cursor.value = page.nextCursor
    return page
  })
  const more = async () => {
    const page = await auditEntries(cursor.value, query)
    rows.value = [...rows.value, ...page.items]
    cursor.value = page.nextCursor
  }
  if (first.error.value !== null) return <Failed error={first.error.value} retry={() => void first.load()} />
  if (!first.content.value) return null
  if (!rows.value.length) return <Empty title={admin('audit.none')} hint={admin('audit.none.hint')} />
  return (
    <>
      <Listing caption={admin('audit')} heads={['when', 'person', 'audit.action', 'audit.object', 'audit.data']}>
        {rows.value.map((entry) => (
          <tr key={entry.key}>
            <th scope="row" class="nw">{when(entry.at, now.value)}</th>
            <td class="nw">{entry.name ?? admin('audit.system')}<span class="s d block">{entry.source}</span></td>
            <td class="mono">{entry.action}{entry.result !== 'ok' && entry.result !== 'done' && <span class="s d block">{entry.result}</span>}</td>
            <td class="d2">{entry.object}{entry.revision !== null && <span class="s block">{admin('audit.revision', { n: entry.revision })}</span>}</td>
            <td class="d2 s">{Object.entries(entry.data).map(([name, value]) => <span key={name} class="block"><span class="mono">{name}</span> {typeof value === 'string' ? value : JSON.stringify(value)}</span>)}
              <details><summary>{admin('audit.hash')}</summary><span class="mono">{entry.hash}</span></details></td>
          </tr>
        ))}
      </Listing>
      {cursor.value && <button type="button" class="btn sm more" onClick={() => void more()}>{admin('more')}</button>}
    </>
  )
}

/** Recomputes every hash. An anchor that was noted on paper shows that nothing was cut off since. */
function Verify() {
  const found = useSignal<Verification | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const run = async (form: HTMLFormElement) => {
    if (busy.value) return
    busy.value = true
    error.value = ''
    try {
      found.value = await verifyAudit(String(new FormData(form).get('anchor') ?? '').trim())
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  const result = found.value
  return (
    <form class="filters" onSubmit={(event) => {
      event.preventDefault()
      void run(event.currentTarget)
    }}>
      <label class="fld wide"><span class="l">{admin('audit.anchor')}</span><input class="in mono" name="anchor" maxLength={64} /></label>
      <button type="submit" class="btn" aria-disabled={busy.value}>{admin('audit.verify')}</button>
      <div role="status">
        {result && (result.faults.length === 0
          ? <p>{joined(admin('audit.intact', { entries: result.entries, instances: result.instances }), result.newestAnchor && admin('audit.newest', { hash: result.newestAnchor.slice(0, 16) }))}</p>
          : <p class="hot">{admin('audit.broken', { n: result.faults.length })}</p>)}
        {result?.faults.map((fault, at) => <p key={at} class="s hot">{joined(fault.code, fault.instance, fault.entry)}</p>)}
      </div>
      {error.value && <p class="err" role="alert">{error.value}</p>}
    </form>
  )
}
