/** The account of one person: opened with a first password that must be changed, given another one, locked and unlocked. */
import { useSignal } from '@preact/signals'
import { accountOf, openAccount, resetPassword, shut, unshut, type AccountOf } from '../api/accounts'
import { sentence } from '../api/problem'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { say } from '../frame/toast'
import { joined } from '../i18n'
import { org } from '../i18n/organisation'
import { FormDialog, said, type Field, type Values } from './form'
import { randomPassword } from './first-password'
import { Opens } from './table'

interface Props {
  person: string
  name: string
  /** Told when there is one more account. */
  reload: () => void
}

export function Account({ person, name, reload }: Props) {
  const found = useResource(`account/${person}`, () => accountOf(person))
  const load = () => void found.load()
  const opened = async (values: Values) => {
    const { login } = await openAccount(person, said(values, 'login')!, said(values, 'password')!)
    say(org('account.opened', { name, login }))
    load()
    reload()
  }
  const account = found.content.value
  return (
    <section class="st org-part">
      <h2 class="small">{org('account')}</h2>
      {found.error.value !== null && <Failed error={found.error.value} retry={load} />}
      {account && <Kept account={account} name={name} load={load} />}
      {!account && found.error.value === null && !found.loading.value && (
        <>
          <p class="d2">{org('account.none')}</p>
          <p><Opens words="account.open" open={(close) => <Password title={org('account.open')} login="" onSend={opened} onClose={close} />} /></p>
        </>
      )}
    </section>
  )
}

function Kept({ account, name, load }: { account: AccountOf; name: string; load: () => void }) {
  const error = useSignal('')
  const { login, disabled } = account
  const reset = async (values: Values) => {
    await resetPassword(login, said(values, 'password')!)
    say(org('account.reset.done', { name }))
    load()
  }
  const turn = async () => {
    error.value = ''
    try {
      await (disabled ? unshut : shut)(login)
      say(org(disabled ? 'account.unshut.done' : 'account.shut.done', { name }))
      load()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <>
      <p>{joined(org('login.is', { login }), stateOf(account))}</p>
      <p class="fx">
        <Opens words="account.reset" open={(close) => <Password title={org('account.reset')} lead={org('account.reset.lead')} login={login} onSend={reset} onClose={close} />} />
        <button type="button" class="btn sm" onClick={() => void turn()}>{org(disabled ? 'account.unshut' : 'account.shut')}</button>
      </p>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </>
  )
}

function stateOf({ disabled, hasPassword, mustChange }: AccountOf): string {
  if (disabled) return org('account.is.shut')
  if (!hasPassword) return org('account.is.without')
  return org(mustChange ? 'account.is.first' : 'account.is.good')
}

interface PasswordProps {
  title: string
  lead?: string
  /** Empty while it is still to be chosen. */
  login: string
  onSend: (values: Values) => Promise<void>
  onClose: () => void
}

function Password({ title, lead, login, onSend, onClose }: PasswordProps) {
  const fields: Field[] = [
    { name: 'login', label: 'login', required: true, fixed: Boolean(login) },
    { name: 'password', label: 'account.password', required: true, hint: 'account.password.hint' },
  ]
  return (
    <FormDialog title={title} lead={[lead, org('account.lead')].filter(Boolean).join(' ')} fields={fields} start={{ login, password: randomPassword() }}
      action={title} onSend={onSend} onClose={onClose} />
  )
}
