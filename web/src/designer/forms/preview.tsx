/**
 * The form as people will see it: drawn by the renderer of the task page out of what the server reads in the file, at the width
 * of a desk or of a phone, as one step shows it. It can be filled in; checking says what the page would say.
 */
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { previewForm, type FormPreview } from '../../api/previews'
import { sentence } from '../../api/problem'
import type { Form, Value } from '../../api/types'
import { loadRules } from '../../form/lazy'
import { AS_THE_FORM_SAYS, namesOf } from '../../form/names'
import { valueAt, withValue } from '../../form/nodes'
import { Head, Sheet } from '../../form/sheet'
import { WritingContext, type Writing } from '../../form/writing'
import { narrow } from '../../frame/media'
import { Tabs } from '../choice'
import { either } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import type { Uploads } from '../../task/uploads'
import { samples, unconditional } from './samples'
import type { Step } from './steps'

interface Props {
  name: string
  content: string
  steps: Step[]
  /** Dotted name of the selected field. */
  selected: string
  /** A cell was pressed. */
  onSelect: (name: string) => void
}

const PAUSE = 350
/** Files go nowhere from a preview. */
const NO_UPLOADS: Uploads = { waiting: signal([]), known: signal({}), learn: () => undefined, add: () => undefined, retry: () => undefined, remove: () => undefined, addressOf: () => '#', stop: () => undefined }

export function Preview({ name, content, steps, selected, onSelect }: Props) {
  const step = useSignal('')
  const width = useSignal<'desk' | 'phone'>('desk')
  const all = useSignal(true)
  const answer = usePreview(name, content, steps.find(({ id }) => id === step.value))
  const area = useRef<HTMLDivElement>(null)
  const form = answer.value?.preview?.form
  useEffect(() => {
    for (const cell of area.current?.querySelectorAll('.ed-on') ?? []) cell.classList.remove('ed-on')
    const cell = [...(area.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])].find((one) => plain(one.dataset.field!) === selected)
    cell?.classList.add('ed-on')
    cell?.scrollIntoView({ block: 'nearest' })
  }, [selected, form, all.value, width.value])
  const press = ({ target }: Event) => {
    const cell = (target as HTMLElement).closest<HTMLElement>('[data-field]')
    if (cell) onSelect(plain(cell.dataset.field!))
  }
  return (
    <section class="ed-preview" aria-label={ed('preview')}>
      <div class="fx ed-bar">
        <Tabs label={ed('preview.width')} value={width.value} choose={(next) => (width.value = next)} choices={[['desk', ed('preview.desk')], ['phone', ed('preview.phone')]]} />
        {steps.length > 0 && (
          <select class="in" aria-label={ed('preview.step')} value={step.value} onChange={({ currentTarget }) => (step.value = currentTarget.value)}>
            <option value="">{ed('preview.asForm')}</option>
            {steps.map(({ id, name: words }) => <option key={id} value={id}>{words}</option>)}
          </select>
        )}
        <label class="s"><input type="checkbox" checked={all.value} onChange={({ currentTarget }) => (all.value = currentTarget.checked)} />{ed('preview.all')}</label>
      </div>
      {answer.value?.error !== undefined && <p class="note soon" role="status">{answer.value.error}</p>}
      {answer.value?.preview && !form && (
        <div class="note over">
          <p>{ed('preview.broken')}</p>
          <ul>{answer.value.preview.findings.map(({ message, element }, at) => <li key={at}>{element && <b class="mono">{element} </b>}{either(message.zh, message.en)}</li>)}</ul>
        </div>
      )}
      {form && (
        <div ref={area} class={`ed-paper ${width.value === 'phone' ? 'ph ed-phone' : ''}`} onFocusIn={press} onClick={press}>
          <Filled key={step.value} form={all.value ? { ...form, components: unconditional(form.components) } : form} narrow={width.value === 'phone' || narrow.value} />
        </div>
      )}
    </section>
  )
}

/** Row numbers stand in the paths of cells and not in the names of fields. */
const plain = (path: string): string => path.split('.').filter((part) => !/^\d+$/.test(part)).join('.')

/** Asks the server a moment after the last change; the last good form stays while something is wrong on the way. */
function usePreview(name: string, content: string, step: Step | undefined) {
  const answer = useSignal<{ preview?: FormPreview; error?: string } | null>(null)
  const key = step?.id
  useEffect(() => {
    let stale = false
    const timer = setTimeout(() => {
      previewForm({ name, content, write: step?.write ?? null, required: step?.required ?? [], hidden: step?.hidden ?? [] }).then(
        (preview) => { if (!stale) answer.value = { preview } },
        (failure: unknown) => { if (!stale) answer.value = { ...answer.value, error: sentence(failure, 'load') } },
      )
    }, answer.peek() ? PAUSE : 0)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [name, content, key])
  return answer
}

function Filled({ form, narrow }: { form: Form; narrow: boolean }) {
  const written = useSignal<Value>({})
  const faults = useSignal<Record<string, string> | null>(null)
  const shown = useMemo(() => samples(form.components), [form])
  const values = { ...shown, ...(written.value as Record<string, Value>) }
  const writing: Writing = {
    values, names: namesOf(form.components, values), faults: faults.value ?? {}, uploads: NO_UPLOADS, narrow,
    write: (path, value) => {
      const [key, ...rest] = path
      if (key === undefined) return
      faults.value = null
      written.value = withValue(written.value, [key], withValue(valueAt(values, [key]), rest, value))
    },
  }
  const check = async () => (faults.value = (await loadRules()).faultsOf(form, values, AS_THE_FORM_SAYS))
  const wrong = faults.value === null ? null : Object.keys(faults.value).length
  return (
    <WritingContext.Provider value={writing}>
      <Head form={form} process={ed('preview.process')} number={ed('preview.number')} />
      <Sheet form={form} />
      <p class="fx ed-check">
        <button type="button" class="btn sm" onClick={check}>{ed('preview.check')}</button>
        <span class="s" role="status">{wrong === null ? '' : wrong ? ed('preview.wrong', { n: wrong }) : ed('preview.right')}</span>
      </p>
    </WritingContext.Provider>
  )
}
