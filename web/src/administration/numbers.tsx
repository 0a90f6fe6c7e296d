/** 编号登记簿: every series with what is missing in it, and every number with its state; a void one says why. */
import { useSignal } from '@preact/signals'
import { numbers, series, type NumberQuery, type NumberSeries } from '../api/archive'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { admin } from '../i18n/administration'
import { Listing } from './listing'
import { usePaged } from './paged'
import { Choice, Search } from './search'

export default function NumbersPage() {
  const found = useResource('series', series)
  const query = useSignal<NumberQuery>({ number: '', institution: '' })
  const all = found.content.value
  if (!all) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  if (!all.length) return <Empty title={admin('numbers.empty')} hint={admin('numbers.about')} />
  const places = new Map(all.map(({ institution }) => [institution.code, institution.name]))
  return (
    <>
      <section class="st">
        <h2 class="small">{admin('numbers.series')}</h2>
        <Listing caption={admin('numbers.series')} heads={['numbers.category', 'institution', 'numbers.period', 'numbers.check', 'numbers.range', 'numbers.given', 'numbers.void']}>
          {all.map((one) => <Series key={`${one.category} ${one.institution.code} ${one.period}`} one={one} />)}
        </Listing>
      </section>
      <Search onSearch={(text) => (query.value = { number: text('number'), institution: text('institution') })}>
        <label class="fld"><span class="l">{admin('numbers.some')}</span><input class="in mono" name="number" maxLength={40} /></label>
        <Choice label={admin('institution')} name="institution" none={admin('numbers.everywhere')} values={[...places]} />
      </Search>
      <Numbers query={query.value} />
    </>
  )
}

/** 2026 is a year, 202611 a month of it. */
function periodOf(period: number): string {
  if (!period) return admin('numbers.ever')
  return period > 9999 ? `${Math.floor(period / 100)}-${String(period % 100).padStart(2, '0')}` : String(period)
}

const span = ([from, to]: [number, number]): string => (from === to ? String(from) : `${from}–${to}`)

function Series({ one }: { one: NumberSeries }) {
  return (
    <tr>
      <th scope="row" class="mono">{one.category}</th>
      <td>{one.institution.name}</td>
      <td class="nw">{periodOf(one.period)}</td>
      <td class={one.gaps.length ? 'hot' : 'd2 nw'}>{one.gaps.length ? admin('numbers.gaps', { spans: one.gaps.map(span).join(admin('and')) }) : admin('numbers.whole')}</td>
      <td class="nw">{span([one.first, one.last])}</td>
      <td>{one.allotted - one.void}</td>
      <td>{one.void}</td>
    </tr>
  )
}

function Numbers({ query }: { query: NumberQuery }) {
  const { rows, error, loaded, retry, more } = usePaged(JSON.stringify(query), (cursor) => numbers(cursor, query))
  if (error.value !== null) return <Failed error={error.value} retry={retry} />
  if (!loaded) return null
  if (!rows.value.length) return <Empty title={admin('numbers.none')} hint={admin('numbers.none.hint')} />
  return (
    <>
      <Listing caption={admin('numbers')} heads={['numbers.number', 'numbers.state', 'institution', 'numbers.at']}>
        {rows.value.map((row) => (
          <tr key={row.number}>
            <th scope="row" class="mono nw">{row.number}</th>
            <td class={row.void ? '' : 'd2 nw'}>{row.void ? (row.reason ? admin('numbers.voided', { reason: row.reason }) : admin('numbers.void')) : admin('numbers.valid')}</td>
            <td>{row.institution.name}</td>
            <td class="nw">{when(row.allottedAt, now.value)}</td>
          </tr>
        ))}
      </Listing>
      {more && <button type="button" class="btn sm more" onClick={more}>{admin('more')}</button>}
    </>
  )
}
