/**
 * Taking a file of another tool into a design: what the server makes of it word by word, what the gate then says of it, and a
 * drawing where it has none. Nothing is saved before the report has been seen.
 */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { design as fetchDesign, saveFile, tryImport, type FileImport, type TranslatedWord } from '../../api/designs'
import { particular } from '../../api/problem'
import { Icon } from '../../frame/icon'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Failed } from '../../frame/states'
import { either } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import { navigate } from '../../routing/router'
import { Findings } from '../findings/list'
import type { PageProps } from '../parts'
import { drawn } from './layout'
import '../editors.css'

interface Found {
  file: FileImport
  /** With the drawing that was made for it. */
  content: string
  /** Null where it came with its drawing. */
  layout: { missing: number } | { failed: string } | null
}

const LARGEST = 5 * 1024 * 1024

export default function ImportPage({ id }: PageProps) {
  const design = useResource(id, (live) => fetchDesign(id, live))
  const found = useSignal<Found | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const over = useSignal(false)
  const chooser = useRef<HTMLInputElement>(null)
  const open = design.content.value
  const during = async (work: () => Promise<void>) => {
    if (busy.value) return
    busy.value = true
    error.value = ''
    try {
      await work()
    } catch (failure) {
      error.value = particular(failure)
    }
    busy.value = false
  }
  const take = (file: File | undefined) => file && void during(async () => {
    found.value = null
    if (file.size > LARGEST) error.value = ed('import.large')
    else found.value = await withDrawing(await tryImport(id, file.name, file))
  })
  const save = () => void during(async () => {
    const { file: { name }, content } = found.value!
    await saveFile(id, name, content, open!.files.find((file) => file.name === name)?.revision ?? null)
    navigate(`/designer/${id}`)
  })
  return (
    <Screen title={ed('import.to', { title: open?.title ?? open?.folder ?? '' })} tools={<a class="btn sm" href={`/designer/${id}`}>{ed('review.design')}</a>}>
      {design.error.value !== null && <Failed error={design.error.value} retry={() => void design.load()} />}
      <div
        class={`ed-drop${over.value ? ' over' : ''}`} onDragOver={(event) => { event.preventDefault(); over.value = true }} onDragLeave={() => (over.value = false)}
        onDrop={(event) => { event.preventDefault(); over.value = false; take(event.dataTransfer?.files[0]) }}
      >
        <p>{ed('import.drop')}</p>
        <button type="button" class="btn" disabled={busy.value} onClick={() => chooser.current!.click()}><Icon name="doc" />{ed('import.choose')}</button>
        <input type="file" hidden ref={chooser} aria-label={ed('import.choose')} onChange={({ currentTarget }) => { take(currentTarget.files?.[0]); currentTarget.value = '' }} />
        <p class="s d">{ed('import.hint')}</p>
      </div>
      {error.value && <p class="note over" role="alert">{error.value}</p>}
      {found.value && open && <Report found={found.value} replaces={open.files.some(({ name }) => name === found.value!.file.name)} busy={busy.value} save={save} />}
    </Screen>
  )
}

async function withDrawing(file: FileImport): Promise<Found> {
  if (file.kind !== 'bpmn' || file.drawn) return { file, content: file.content, layout: null }
  try {
    const { text, missing } = await drawn(file.content)
    return { file, content: text, layout: { missing } }
  } catch (failure) {
    return { file, content: file.content, layout: { failed: failure instanceof Error ? failure.message : String(failure) } }
  }
}

const TREATMENTS = ['refused', 'warned', 'translated', 'kept'] as const

function Report({ found: { file, layout }, replaces, busy, save }: { found: Found; replaces: boolean; busy: boolean; save: () => void }) {
  const own = file.findings.filter((finding) => finding.file === file.name)
  const errors = own.filter(({ level }) => level === 'error').length
  const others = file.findings.length - own.length
  const counts = TREATMENTS.map((treatment) => [treatment, file.items.filter((item) => item.treatment === treatment)] as const).filter(([, items]) => items.length)
  return (
    <section class="st" aria-label={ed('import.report')}>
      <h2 class="mono">{file.name}</h2>
      <ul class="ed-report">
        {counts.map(([treatment, items]) => <li key={treatment}>{ed(`import.${treatment}`, { n: items.length })}</li>)}
        {!counts.length && <li>{ed('import.own')}</li>}
        {layout && <li>{'failed' in layout ? ed('import.undrawn', { why: layout.failed }) : layout.missing ? ed('import.drawn.partly', { n: layout.missing }) : ed('import.drawn')}</li>}
        <li>{own.length ? ed('import.found', { errors, warnings: own.length - errors }) : ed('import.clean')}</li>
        {others > 0 && <li>{ed('import.others', { n: others })}</li>}
        {replaces && <li class="soon">{ed('import.replaces')}</li>}
      </ul>
      <Findings items={own} />
      {counts.length > 0 && <Words groups={counts} />}
      <p class="fx">
        <button type="button" class="btn pri" disabled={busy} onClick={save}>{ed(replaces ? 'import.replace' : 'import.take')}</button>
        {errors > 0 && <span class="s d2">{ed('import.later')}</span>}
      </p>
    </section>
  )
}

function Words({ groups }: { groups: (readonly [TranslatedWord['treatment'], TranslatedWord[]])[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={ed('import.words')}>
      <table class="tbl small ed-items">
        <thead><tr><th scope="col">{ed('compare.where')}</th><th scope="col">{ed('import.word')}</th><th scope="col">{ed('import.treatment')}</th><th scope="col">{ed('import.into')}</th></tr></thead>
        <tbody>
          {groups.flatMap(([treatment, items]) => items.map(({ element, name, word, into, message }, at) => (
            <tr key={`${treatment}${at}`}>
              <th scope="row">{name || element}</th>
              <td class="mono">{word}</td>
              <td><span class={`tag ${treatment === 'refused' ? 'ed-removed' : treatment === 'translated' ? 'ed-added' : 'ed-moved'}`}>{ed(`treatment.${treatment}`)}</span></td>
              <td><span class="mono">{into}</span> {message && either(message.zh, message.en)}</td>
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  )
}
