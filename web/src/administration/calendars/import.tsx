/** Imports or corrects a year from its published file, after a look at which days and which due dates would change. */
import { useSignal } from '@preact/signals'
import { previewYear, putYear, type YearDocument, type YearPreview } from '../../api/calendars'
import { Problem, sentence } from '../../api/problem'
import { Dialog } from '../../frame/dialog'
import { say } from '../../frame/toast'
import { admin } from '../../i18n/administration'

const LARGEST = 200_000

export function ImportYear({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const document = useSignal<YearDocument | null>(null)
  const preview = useSignal<YearPreview | null>(null)
  const faults = useSignal<string[]>([])
  const busy = useSignal(false)
  const choose = async (file: File | undefined) => {
    document.value = preview.value = null
    faults.value = []
    if (!file) return
    try {
      const read = parsed(file.size > LARGEST ? '' : await file.text())
      if (!read) return void (faults.value = [admin('import.unreadable')])
      preview.value = await previewYear(read)
      document.value = read
    } catch (failure) {
      faults.value = faultsOf(failure)
    }
  }
  const send = async () => {
    if (!document.value || busy.value) return void (faults.value = faults.value.length ? faults.value : [admin('import.choose')])
    busy.value = true
    try {
      const saved = await putYear(document.value)
      say(admin(saved.changed ? 'import.done' : 'import.same', { year: document.value.year }))
      onClose()
      onDone()
    } catch (failure) {
      faults.value = faultsOf(failure)
    }
    busy.value = false
  }
  const label = document.value ? admin('import.action', { year: document.value.year }) : admin('calendars.import')
  return (
    <Dialog title={admin('calendars.import')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" aria-disabled={busy.value || !document.value} onClick={() => void send()}>{label}</button>}>
      <p class="d2 lead">{admin('import.hint')}</p>
      <div class="fld">
        <label for="year-file">{admin('import.file')}</label>
        <input class="in" id="year-file" type="file" accept="application/json,.json" data-autofocus="" onChange={(event) => void choose(event.currentTarget.files?.[0])} />
      </div>
      <div role="alert">{faults.value.map((fault) => <p key={fault} class="err">{fault}</p>)}</div>
      {preview.value && <Changes preview={preview.value} />}
    </Dialog>
  )
}

/** The file as a year's document, as far as a program can tell; whether it is right is the server's to say. */
function parsed(text: string): YearDocument | null {
  try {
    const read = JSON.parse(text) as YearDocument
    return Number.isInteger(read?.year) ? read : null
  } catch {
    return null
  }
}

function faultsOf(failure: unknown): string[] {
  const errors = failure instanceof Problem ? failure.errors.map(({ message }) => message) : []
  return errors.length ? errors : [sentence(failure)]
}

function Changes({ preview }: { preview: YearPreview }) {
  const off = preview.days.filter(({ works }) => !works).map(({ day }) => day.slice(5))
  const worked = preview.days.filter(({ works }) => works).map(({ day }) => day.slice(5))
  return (
    <section class="preview" aria-label={admin('import.preview')}>
      <h3>{admin('import.preview')}</h3>
      <dl>
        <div><dt>{admin('import.off', { n: off.length })}</dt><dd>{off.join(admin('and'))}</dd></div>
        <div><dt>{admin('import.worked', { n: worked.length })}</dt><dd>{worked.join(admin('and'))}</dd></div>
        <div><dt>{admin('import.moving')}</dt><dd><b>{admin('import.moving.n', { n: preview.moving, of: preview.examined })}</b></dd></div>
        <div><dt>{admin('import.settled')}</dt><dd>{admin('import.settled.n', { n: preview.settled })}</dd></div>
      </dl>
      {!preview.complete && <p class="s d2">{admin('import.more')}</p>}
      {!preview.known && <p class="s d2">{admin('import.new', { year: preview.year })}</p>}
    </section>
  )
}
