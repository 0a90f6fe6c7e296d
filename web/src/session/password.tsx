/** Changing the password: by choice from the menu, or because the first one must be changed. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { changePassword } from '../api/calls'
import { Problem, sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { leave, passwordChanged, session } from './session'

/** The server has the last word; this is what it asks for at least. */
const SHORTEST = 10

export default function PasswordDialog({ must, onClose }: { must: boolean; onClose?: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const errors = useSignal<{ current?: string; next?: string; again?: string }>({})
  const busy = useSignal(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (busy.value) return
    const [current, next, again] = ['current', 'new', 'again'].map((name) => value(form.current!, name)) as [string, string, string]
    errors.value = check(current, next, again)
    if (Object.keys(errors.value).length) return void focusFirst()
    busy.value = true
    try {
      await changePassword(current, next)
      passwordChanged()
      say(t('password.done'))
      onClose?.()
    } catch (failure) {
      errors.value = blame(failure)
      focusFirst()
    }
    busy.value = false
  }

  const focusFirst = () => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
  const footer = (
    <>
      <button class="btn pri" form="password-form">{t('password.save')}</button>
      {must && <button type="button" class="btn q" onClick={() => void leave()}>{t('password.leave')}</button>}
    </>
  )
  return (
    <Dialog title={t('password.title')} onClose={must ? undefined : onClose} footer={footer}>
      {must && <p class="note lead">{t('password.must')}</p>}
      <form id="password-form" class="st" ref={form} onSubmit={submit} noValidate>
        <input type="hidden" autocomplete="username" value={session.value?.person.login} />
        <Field name="current" label={t('password.current')} complete="current-password" error={errors.value.current} />
        <Field name="new" label={t('password.new')} complete="new-password" error={errors.value.next} hint={t('password.rule')} />
        <Field name="again" label={t('password.again')} complete="new-password" error={errors.value.again} />
      </form>
    </Dialog>
  )
}

function Field({ name, label, complete, error, hint }: { name: string; label: string; complete: string; error?: string | undefined; hint?: string }) {
  const id = `password-${name}`
  return (
    <div class="fld">
      <label for={id}>{label}</label>
      <input class="in" id={id} name={name} type="password" autocomplete={complete} aria-invalid={Boolean(error)}
        aria-describedby={error || hint ? `${id}-note` : undefined} data-autofocus={name === 'current' ? '' : undefined} />
      {(error || hint) && <p class={error ? 'err' : 's d'} id={`${id}-note`}>{error ?? hint}</p>}
    </div>
  )
}

function value(form: HTMLFormElement, name: string): string {
  return (form.elements.namedItem(name) as HTMLInputElement).value
}

function check(current: string, next: string, again: string) {
  return {
    ...(current ? {} : { current: t('login.empty.password') }),
    ...(next.length < SHORTEST ? { next: t('password.short') } : {}),
    ...(next === again ? {} : { again: t('password.differs') }),
  }
}

function blame(failure: unknown): { current?: string; next?: string } {
  if (failure instanceof Problem && failure.code === 'weak-password') return { next: t('password.weak') }
  const words = sentence(failure)
  return failure instanceof Problem && failure.code === 'wrong-credentials' ? { current: words } : { next: words }
}
