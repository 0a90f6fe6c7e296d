/** Enters what an institution without a system has sent: which message, from whom, when, what it came as, what it says, and the letter. */
import { useSignal } from '@preact/signals'
import { particular } from '../api/problem'
import { attachLetter, type Coded, type Filled } from '../api/proxy'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { fromLocal } from '../form/moment'
import { either, t } from '../i18n'
import { giveHint } from '../live/hints'

type Kind = 'text' | 'number' | 'yes'
interface Said {
  name: string
  kind: Kind
  value: string
}
const KINDS: [Kind, string, string][] = [['text', '文字', 'Text'], ['number', '数字', 'Number'], ['yes', '是否', 'Yes or no']]
const NOTHING: Said = { name: '', kind: 'text', value: '' }

/** What can be entered: a message that a case waits for, or one that starts a case. */
export interface Enterable {
  key: string
  words: string
  /** What it is known by already. */
  known: string
  /** Names of what it brings; empty where it may bring anything. */
  values: string[]
  /** Names of what it has to bring, whatever else it brings. */
  needed: string[]
}

interface Props {
  title: string
  lead: string
  messages: Enterable[]
  institutions: Coded[]
  /** Where a case is to begin; none where there is one already. */
  receivers: Coded[]
  /** Enters it, and says to which case its letter belongs, and under which id. */
  enter: (entry: Filled) => Promise<{ instance: string; message: string }>
  onDone: (instance: string) => void
  onClose: () => void
}

export default function EnterDialog({ title, lead, messages, institutions, receivers, enter, onDone, onClose }: Props) {
  const chosen = useSignal(messages[0]!.key)
  const message = messages.find(({ key }) => key === chosen.value) ?? messages[0]!
  const institution = useSignal(institutions.length === 1 ? institutions[0]!.code : '')
  const to = useSignal(receivers[0]?.code ?? '')
  const number = useSignal('')
  const at = useSignal('')
  const evidence = useSignal('')
  const said = useSignal<Said[]>(rowsOf(message))
  const letter = useSignal<File | null>(null)
  /** A message that was entered and whose letter is still to be sent. */
  const entered = useSignal<{ instance: string; message: string } | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const write = (row: number, part: Partial<Said>) => (said.value = said.value.map((one, number) => (number === row ? { ...one, ...part } : one)))
  const send = async () => {
    const occurredAt = fromLocal('datetime', at.value)
    error.value = wrong(institution.value, occurredAt, evidence.value)
    if (error.value || busy.value) return
    busy.value = true
    try {
      entered.value ??= await enter({
        key: message.key, institution: institution.value, to: to.value, number: number.value.trim() || null,
        occurredAt: occurredAt!, evidence: evidence.value.trim(), payload: payloadOf(said.value),
      })
      if (letter.value) await attachLetter(entered.value.instance, entered.value.message, letter.value)
      say(either('已代录', 'Entered'))
      giveHint('tasks')
      onClose()
      onDone(entered.value.instance)
    } catch (failure) {
      error.value = particular(failure)
      if (entered.value) error.value = either(`消息已代录，来函没有传上：${error.value}`, `The message was entered, its letter was not sent: ${error.value}`)
    }
    busy.value = false
  }
  const footer = <button type="button" class="btn pri" aria-disabled={busy.value} onClick={() => void send()}>{entered.value ? either('再传来函', 'Send the letter again') : either('代录', 'Enter')}</button>
  return (
    <Dialog title={title} shape="sheet" onClose={onClose} footer={footer}>
      <p class="d2 lead">{lead}</p>
      <div class="st">
        <div class="fld">
          <label for="enter-message">{either('消息', 'Message')}</label>
          <select class="in" id="enter-message" value={chosen.value} disabled={entered.value !== null} onChange={(event) => {
            chosen.value = event.currentTarget.value
            said.value = rowsOf(messages.find(({ key }) => key === chosen.value)!)
          }}>
            {messages.map(({ key, words }) => <option key={key} value={key}>{words}</option>)}
          </select>
          {message.known && <span class="s d">{message.known}</span>}
        </div>
        <div class="fld">
          <label for="enter-institution">{either('哪家机构', 'From')}<span class="req">{t('form.required')}</span></label>
          <select class="in" id="enter-institution" value={institution.value} disabled={entered.value !== null} onChange={(event) => (institution.value = event.currentTarget.value)}>
            <option value="">{either('选一家', 'Choose one')}</option>
            {institutions.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
          </select>
        </div>
        {receivers.length > 1 && (
          <div class="fld">
            <label for="enter-to">{either('由哪家办理', 'Whose case it becomes')}</label>
            <select class="in" id="enter-to" value={to.value} disabled={entered.value !== null} onChange={(event) => (to.value = event.currentTarget.value)}>
              {receivers.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
            </select>
          </div>
        )}
        {receivers.length > 0 && (
          <div class="fld">
            <label for="enter-number">{either('对方编号（同号不会重复建案）', 'Its number there (one case for one number)')}</label>
            <input class="in" id="enter-number" maxLength={40} value={number.value} onInput={(event) => (number.value = event.currentTarget.value)} />
          </div>
        )}
        <div class="fld">
          <label for="enter-at">{either('实际发生时间', 'When it happened')}<span class="req">{t('form.required')}</span></label>
          <input class="in" id="enter-at" type="datetime-local" value={at.value} onInput={(event) => (at.value = event.currentTarget.value)} />
        </div>
        <div class="fld">
          <label for="enter-evidence">{either('依据（文号、传真、来电人）', 'What it came as')}<span class="req">{t('form.required')}</span></label>
          <textarea class="in" id="enter-evidence" rows={2} maxLength={500} value={evidence.value} onInput={(event) => (evidence.value = event.currentTarget.value)} />
        </div>
        <fieldset class="people">
          <legend class="s d2">{either('内容', 'What it says')}</legend>
          {said.value.map((one, row) => (
            <div key={row} class="fx">
              {message.values.length > 0 ? <span class="s mono">{one.name}</span>
                : <input class="in" aria-label={either(`第 ${row + 1} 项的名称`, `Name ${row + 1}`)} placeholder={either('名称', 'Name')} maxLength={200} value={one.name} onInput={(event) => write(row, { name: event.currentTarget.value.trim() })} />}
              <select class="in" aria-label={either(`${one.name}的类型`, `Kind of ${one.name}`)} value={one.kind} onChange={(event) => write(row, { kind: event.currentTarget.value as Kind, value: '' })}>
                {KINDS.map(([kind, zh, en]) => <option key={kind} value={kind}>{either(zh, en)}</option>)}
              </select>
              {one.kind === 'yes' ? (
                <select class="in" aria-label={one.name} value={one.value} onChange={(event) => write(row, { value: event.currentTarget.value })}>
                  <option value="" /><option value="yes">{either('是', 'Yes')}</option><option value="no">{either('否', 'No')}</option>
                </select>
              ) : <input class="in" aria-label={one.name || either('值', 'Value')} type={one.kind === 'number' ? 'number' : 'text'} value={one.value} onInput={(event) => write(row, { value: event.currentTarget.value })} />}
            </div>
          ))}
          {!message.values.length && <button type="button" class="btn q sm" onClick={() => (said.value = [...said.value, NOTHING])}>{either('加一项', 'Add a value')}</button>}
        </fieldset>
        <div class="fld">
          <label for="enter-letter">{either('来函（照片或 PDF，不超过 10 MB）', 'Letter (picture or PDF, at most 10 MB)')}</label>
          <input class="in" id="enter-letter" type="file" accept="image/jpeg,image/png,application/pdf" onChange={(event) => (letter.value = event.currentTarget.files?.[0] ?? null)} />
        </div>
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}

const rowsOf = ({ values, needed }: Enterable): Said[] => (values.length ? values : needed).map((name) => ({ ...NOTHING, name }))

/** What is filled in; a number stays as it is written. */
function payloadOf(said: Said[]): { [name: string]: unknown } {
  const filled = said.filter(({ name, value }) => name && value !== '')
  return Object.fromEntries(filled.map(({ name, kind, value }) => [name, kind === 'yes' ? value === 'yes' : kind === 'number' ? Number(value) : value]))
}

function wrong(institution: string, occurredAt: string | null, evidence: string): string {
  if (!institution) return either('选哪家机构发来的。', 'Say who has sent it.')
  if (!occurredAt) return either('填上实际发生的时间。', 'Say when it happened.')
  if (Date.parse(occurredAt) >= Date.now()) return either('实际发生时间要早于现在。', 'It must have happened before now.')
  return evidence.trim() ? '' : either('写明它是怎么来的。', 'Say what it came as.')
}
