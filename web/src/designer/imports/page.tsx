/** Taking a file of another tool into a design: what it is, what the gate says of it, and a drawing where it has none. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { checkDesign, design as fetchDesign, saveFile, type Finding } from '../../api/designs'
import { sentence } from '../../api/problem'
import { Icon } from '../../frame/icon'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Failed } from '../../frame/states'
import { ed } from '../../i18n/designer-editors'
import { navigate } from '../../routing/router'
import { Findings } from '../findings/list'
import type { PageProps } from '../parts'
import { NotXml } from '../text/xml'
import { drawn, isDrawn } from './layout'
import { fileName, originOf, type Origin } from './origin'
import '../editors.css'

interface Found {
  name: string
  text: string
  origin: Origin
  /** Null where it came with its drawing. */
  layout: { missing: number } | { failed: string } | null
  findings: Finding[]
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
  const take = async (file: File | undefined) => {
    if (!file || busy.value) return
    busy.value = true
    error.value = ''
    found.value = null
    try {
      found.value = await examined(id, file)
    } catch (failure) {
      error.value = failure instanceof Refused ? failure.words : failure instanceof NotXml ? ed('import.notXml', { line: failure.line }) : sentence(failure, 'load')
    }
    busy.value = false
  }
  const save = async () => {
    const { name, text } = found.value!
    busy.value = true
    try {
      await saveFile(id, name, text, open!.files.find((file) => file.name === name)?.revision ?? null)
      navigate(`/designer/${id}`)
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  return (
    <Screen title={ed('import.to', { title: open?.title ?? open?.folder ?? '' })} tools={<a class="btn sm" href={`/designer/${id}`}>{ed('review.design')}</a>}>
      {design.error.value !== null && <Failed error={design.error.value} retry={() => void design.load()} />}
      <div
        class={`ed-drop${over.value ? ' over' : ''}`} onDragOver={(event) => { event.preventDefault(); over.value = true }} onDragLeave={() => (over.value = false)}
        onDrop={(event) => { event.preventDefault(); over.value = false; void take(event.dataTransfer?.files[0]) }}
      >
        <p>{ed('import.drop')}</p>
        <button type="button" class="btn" disabled={busy.value} onClick={() => chooser.current!.click()}><Icon name="doc" />{ed('import.choose')}</button>
        <input type="file" hidden ref={chooser} accept=".bpmn,.xml,.dmn" aria-label={ed('import.choose')} onChange={({ currentTarget }) => { void take(currentTarget.files?.[0]); currentTarget.value = '' }} />
        <p class="s d">{ed('import.hint')}</p>
      </div>
      {error.value && <p class="note over" role="alert">{error.value}</p>}
      {found.value && open && <Report found={found.value} replaces={open.files.some(({ name }) => name === found.value!.name)} busy={busy.value} save={() => void save()} />}
    </Screen>
  )
}

class Refused extends Error {
  constructor(readonly words: string) {
    super(words)
  }
}

/** Reads the file, draws it where it is not drawn, and asks the gate what it would say of the design with it. */
async function examined(id: string, file: File): Promise<Found> {
  if (file.size > LARGEST) throw new Refused(ed('import.large'))
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    throw new Refused(ed('import.encoding'))
  }
  const origin = originOf(text)
  if (!origin) throw new Refused(ed('import.other'))
  const name = fileName(file.name, origin.kind)
  let layout: Found['layout'] = null
  if (origin.kind === 'bpmn' && !isDrawn(text)) {
    try {
      const result = await drawn(text)
      text = result.text
      layout = { missing: result.missing }
    } catch (failure) {
      layout = { failed: failure instanceof Error ? failure.message : String(failure) }
    }
  }
  const { items } = await checkDesign(id, { [name]: text })
  return { name, text, origin, layout, findings: items.filter((finding) => finding.file === name) }
}

function Report({ found, replaces, busy, save }: { found: Found; replaces: boolean; busy: boolean; save: () => void }) {
  const { name, origin, layout, findings } = found
  const errors = findings.filter(({ level }) => level === 'error').length
  return (
    <section class="st" aria-label={ed('import.report')}>
      <h2 class="mono">{name}</h2>
      <ul class="ed-report">
        <li>{ed(origin.kind === 'bpmn' ? 'import.bpmn' : 'import.dmn')}{origin.tool && ` ${ed('import.tool', { tool: origin.tool, n: origin.extensions })}`}</li>
        {layout && <li>{'failed' in layout ? ed('import.undrawn', { why: layout.failed }) : layout.missing ? ed('import.drawn.partly', { n: layout.missing }) : ed('import.drawn')}</li>}
        <li>{findings.length ? ed('import.found', { errors, warnings: findings.length - errors }) : ed('import.clean')}</li>
        {replaces && <li class="soon">{ed('import.replaces')}</li>}
      </ul>
      <Findings items={findings} />
      <p class="fx">
        <button type="button" class="btn pri" disabled={busy} onClick={save}>{ed(replaces ? 'import.replace' : 'import.take')}</button>
        {errors > 0 && <span class="s d2">{ed('import.later')}</span>}
      </p>
    </section>
  )
}
