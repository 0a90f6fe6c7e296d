/** Who holds which system right, and giving an account others. The server keeps the administrators apart and says why. */
import { useSignal } from '@preact/signals'
import { accounts, setRights, type AccountRights } from '../api/security'
import { sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { admin, type AdminKey } from '../i18n/administration'
import { Listing } from './listing'

const RIGHTS = ['operations', 'design', 'deploy', 'integrate', 'external-tasks', 'archive', 'backfill', 'statistics', 'statistics:people', 'administrate', 'secure', 'audit'] as const
const TOPIC = 'external-tasks:'
/** A county has some thousand accounts; who is looked for is found by his name. */
const SHOWN = 200

export default function AccountsPage() {
  const found = useResource('accounts', accounts)
  const words = useSignal('')
  const only = useSignal(true)
  const editing = useSignal<AccountRights | null>(null)
  if (!found.content.value) return found.error.value === null ? null : <Failed error={found.error.value} retry={() => void found.load()} />
  const wanted = words.value.trim().toLowerCase()
  const fits = ({ name, login, staffNumber, rights }: AccountRights): boolean =>
    wanted ? `${name} ${login} ${staffNumber}`.toLowerCase().includes(wanted) : !only.value || rights.length > 0
  const rows = found.content.value.filter(fits).slice(0, SHOWN)
  return (
    <>
      <p class="d2">{admin('accounts.hint')}</p>
      <div class="filters">
        <label class="fld"><span class="l">{admin('accounts.find')}</span><input class="in" type="search" maxLength={60} onInput={(event) => (words.value = event.currentTarget.value)} /></label>
        <label><input type="checkbox" checked={only.value} disabled={Boolean(wanted)} onChange={(event) => (only.value = event.currentTarget.checked)} />{admin('accounts.only')}</label>
      </div>
      {!rows.length && <p class="d2">{admin('accounts.nobody')}</p>}
      {rows.length > 0 && (
        <Listing caption={admin('accounts')} heads={['person', 'accounts.login', 'accounts.rights', 'actions']}>
          {rows.map((row) => (
            <tr key={row.login}>
              <th scope="row">{row.name}<span class="s d block">{row.staffNumber}</span></th>
              <td class="mono">{row.login}{row.disabled && <span class="s d2 block">{admin('accounts.disabled')}</span>}</td>
              <td>{row.rights.length ? joined(...row.rights.map(nameOf)) : <span class="d2">{admin('accounts.none')}</span>}</td>
              <td class="r"><button type="button" class="btn sm" onClick={() => (editing.value = row)}>{admin('change')}</button></td>
            </tr>
          ))}
        </Listing>
      )}
      {editing.value && <Rights row={editing.value} reload={() => void found.load()} onClose={() => (editing.value = null)} />}
    </>
  )
}

const nameOf = (right: string): string => (right.startsWith(TOPIC) ? right : admin(`right.${right}` as AdminKey))

function Rights({ row, reload, onClose }: { row: AccountRights; reload: () => void; onClose: () => void }) {
  const chosen = useSignal(new Set(row.rights.filter((right) => !right.startsWith(TOPIC))))
  const topics = useSignal(row.rights.filter((right) => right.startsWith(TOPIC)).map((right) => right.slice(TOPIC.length)).join(' '))
  const error = useSignal('')
  const toggle = (right: string, on: boolean) => {
    const next = new Set(chosen.value)
    if (on) next.add(right)
    else next.delete(right)
    chosen.value = next
  }
  const send = async () => {
    try {
      await setRights(row.login, [...chosen.value, ...topics.value.split(/\s+/).filter(Boolean).map((topic) => TOPIC + topic)])
      say(admin('accounts.saved', { name: row.name }))
      onClose()
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <Dialog title={admin('accounts.title', { name: row.name })} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={() => void send()}>{admin('accounts.save')}</button>}>
      <fieldset class="st"><legend class="vh">{admin('accounts.rights')}</legend>
        {RIGHTS.map((right) => <label key={right}><input type="checkbox" checked={chosen.value.has(right)} onChange={(event) => toggle(right, event.currentTarget.checked)} />{admin(`right.${right}`)} <span class="s d mono">{right}</span></label>)}
        <label class="fld"><span class="l">{admin('accounts.topics')}</span><input class="in mono" value={topics.value} onInput={(event) => (topics.value = event.currentTarget.value)} /></label>
      </fieldset>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}
