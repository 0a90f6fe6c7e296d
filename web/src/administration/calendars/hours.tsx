/** Open hours of the community and of institutions that keep others; a change reckons what is pending anew. */
import { useSignal } from '@preact/signals'
import { dropHours, putHours, type OpenHours } from '../../api/calendars'
import { particular, sentence } from '../../api/problem'
import { Dialog } from '../../frame/dialog'
import { say } from '../../frame/toast'
import { admin } from '../../i18n/administration'
import { InstitutionChoice } from '../institution-choice'

/** Around the clock; the server refuses to change it. */
const ALWAYS_OPEN = 'CLIN'

export function HoursTable({ hours, reload }: { hours: OpenHours[]; reload: () => void }) {
  const editing = useSignal<OpenHours | 'new' | null>(null)
  const error = useSignal('')
  const drop = async ({ code, institution }: OpenHours) => {
    try {
      await dropHours(code, institution!)
      say(admin('hours.dropped'))
      reload()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <section class="st">
      <div class="fx"><h2 class="small">{admin('hours')}</h2><button type="button" class="btn sm push" onClick={() => (editing.value = 'new')}>{admin('hours.new')}</button></div>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={admin('hours')}>
        <table class="tbl">
          <caption class="vh">{admin('hours')}</caption>
          <thead><tr><th scope="col">{admin('hours.calendar')}</th><th scope="col">{admin('institution')}</th><th scope="col">{admin('hours.open')}</th><th scope="col">{admin('hours.days')}</th><th scope="col" class="r">{admin('actions')}</th></tr></thead>
          <tbody>
            {hours.map((row) => (
              <tr key={row.code + row.institution}>
                <th scope="row">{row.name}<span class="s d block mono">{row.code}</span></th>
                <td>{row.institution ?? admin('hours.community')}</td>
                <td class="nw">{row.code === ALWAYS_OPEN ? admin('hours.always') : row.hours.join('  ')}</td>
                <td class="d2">{admin(row.workingDaysOnly ? 'hours.workdays' : 'hours.everyday')}</td>
                <td class="r">
                  {row.code !== ALWAYS_OPEN && <button type="button" class="btn sm" onClick={() => (editing.value = row)}>{admin('change')}</button>}{' '}
                  {row.institution && <button type="button" class="btn sm" onClick={() => void drop(row)}>{admin('hours.drop')}</button>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      {editing.value && <Edit row={editing.value === 'new' ? null : editing.value} codes={hours.filter(({ institution, code }) => !institution && code !== ALWAYS_OPEN)} reload={reload} onClose={() => (editing.value = null)} />}
    </section>
  )
}

function Edit({ row, codes, reload, onClose }: { row: OpenHours | null; codes: OpenHours[]; reload: () => void; onClose: () => void }) {
  const code = useSignal(row?.code ?? codes[0]?.code ?? '')
  const institution = useSignal(row?.institution ?? '')
  const spans = useSignal((row ?? codes[0])?.hours.join(' ') ?? '')
  const error = useSignal('')
  const send = async () => {
    if (!row && !institution.value) return void (error.value = admin('hours.choose'))
    try {
      await putHours(code.value, institution.value, spans.value.trim().split(/[\s,，、]+/).filter(Boolean))
      say(admin('hours.saved'))
      onClose()
      reload()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  return (
    <Dialog title={admin(row ? 'hours.title' : 'hours.new')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" onClick={() => void send()}>{admin('hours.save')}</button>}>
      <p class="d2 lead">{admin('hours.hint')}</p>
      <div class="st">
        {!row && (
          <>
            <label class="fld"><span class="l">{admin('hours.calendar')}</span>
              <select class="in" value={code.value} onChange={(event) => (code.value = event.currentTarget.value)}>{codes.map((choice) => <option key={choice.code} value={choice.code}>{choice.name}</option>)}</select>
            </label>
            <InstitutionChoice value={institution.value} set={(next) => (institution.value = next)} none={admin('hours.choose')} />
          </>
        )}
        <label class="fld"><span class="l">{admin('hours.spans')}</span>
          <input class="in" data-autofocus="" value={spans.value} placeholder="08:00-12:00 14:30-17:30" onInput={(event) => (spans.value = event.currentTarget.value)} />
        </label>
        {error.value && <p class="err" role="alert">{error.value}</p>}
      </div>
    </Dialog>
  )
}
