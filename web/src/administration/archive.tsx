/** The copies of ended cases for who keeps the archive: found, read and verified. What a case was about stands in its copy alone. */
import { useSignal } from '@preact/signals'
import { institutions } from '../api/administration'
import { archive, verifyCopy, type ArchivedCase, type ArchiveQuery, type CopyVerification } from '../api/archive'
import { archiveAddress } from '../api/paper'
import { sentence } from '../api/problem'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { t, type Key } from '../i18n'
import { admin } from '../i18n/administration'
import { Listing } from './listing'
import { usePaged } from './paged'
import { Choice, dawn, midnight, Search } from './search'

export default function ArchivePage() {
  const query = useSignal<ArchiveQuery>({})
  const places = useResource('institutions', institutions).content.value ?? []
  return (
    <>
      <p class="d2">{admin('archive.hint')}</p>
      <Search onSearch={(text) => (query.value = { number: text('number'), institution: text('institution'), from: dawn(text('from')), to: midnight(text('to')) })}>
        <label class="fld"><span class="l">{admin('numbers.some')}</span><input class="in mono" name="number" maxLength={40} /></label>
        <Choice label={admin('institution')} name="institution" none={admin('numbers.everywhere')} values={places.map(({ code, shortName }) => [code, shortName])} />
        <label class="fld"><span class="l">{admin('archive.first')}</span><input class="in" type="date" name="from" /></label>
        <label class="fld"><span class="l">{admin('archive.last')}</span><input class="in" type="date" name="to" /></label>
      </Search>
      <Copies query={query.value} />
    </>
  )
}

function Copies({ query }: { query: ArchiveQuery }) {
  const { rows, error, loaded, retry, more } = usePaged(JSON.stringify(query), (cursor) => archive(cursor, query))
  if (error.value !== null) return <Failed error={error.value} retry={retry} />
  if (!loaded) return null
  if (!rows.value.length) return <Empty title={admin('archive.none')} hint={admin('archive.none.hint')} />
  return (
    <>
      <Listing caption={admin('archive')} heads={['numbers.number', 'archive.process', 'institution', 'archive.ended', 'archive.copy', 'actions']}>
        {rows.value.map((row) => <Copy key={row.instanceId} row={row} />)}
      </Listing>
      {more && <button type="button" class="btn sm more" onClick={more}>{admin('more')}</button>}
    </>
  )
}

function Copy({ row }: { row: ArchivedCase }) {
  const found = useSignal<CopyVerification | null>(null)
  const error = useSignal('')
  const verify = async () => {
    error.value = ''
    try {
      found.value = await verifyCopy(row.instanceId)
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  const name = row.number ?? row.instanceId
  const verified = found.value
  return (
    <tr>
      <th scope="row" class="mono nw">{row.number ?? '—'}</th>
      <td>{row.process.name}</td>
      <td>{row.institution?.name}</td>
      <td class="nw">{when(row.endedAt, now.value)}<span class="s d block">{t(`state.${row.state}` as Key)}</span></td>
      <td>
        {row.madeAt
          ? <>{admin('archive.size', { n: Math.max(1, Math.round(row.size! / 1000)) })}<span class="s d block mono" title={row.sha256!}>SHA-256 {row.sha256!.slice(0, 12)}…</span></>
          : <span class="d2">{row.failures ? admin('archive.failed', { n: row.failures }) : admin('archive.waiting')}</span>}
        <span role="status">{verified && <span class={verified.intact ? 'block' : 'block hot'}>{admin(verified.intact ? 'archive.intact' : 'archive.changed')}</span>}</span>
        {error.value && <span class="err block" role="alert">{error.value}</span>}
      </td>
      <td class="r nw">
        {row.madeAt && (
          <>
            <button type="button" class="btn sm" aria-label={`${admin('archive.verify')} ${name}`} onClick={() => void verify()}>{admin('archive.verify')}</button>{' '}
            <a class="btn sm" href={archiveAddress(row.instanceId)} download aria-label={`${admin('archive.read')} ${name}`}>{admin('archive.read')}</a>
          </>
        )}
      </td>
    </tr>
  )
}
