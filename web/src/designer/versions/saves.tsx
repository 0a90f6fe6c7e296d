/** The former states of a file of a design: who saved what and when, each beside the file as it is, to be taken back. */
import { useSignal } from '@preact/signals'
import { design as fetchDesign, designFile, fileSave, fileSaves, saveFile, type FileSave } from '../../api/designs'
import { sentence } from '../../api/problem'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Empty, Failed } from '../../frame/states'
import { joined } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import { navigate, query } from '../../routing/router'
import { can } from '../../session/session'
import { dayTime } from '../moments'
import type { PageProps } from '../parts'
import { differing } from './lines'
import '../editors.css'

export default function SavesPage({ id }: PageProps) {
  const name = new URLSearchParams(query.value).get('file') ?? ''
  const found = useResource(`${id}/${name}`, async (live) => {
    const [design, saves] = await Promise.all([fetchDesign(id, live), fileSaves(id, name, live)])
    const now = design.files.some((file) => file.name === name) ? await designFile(id, name, live) : null
    return { design, saves, now }
  })
  const content = found.content.value
  const chosen = useSignal<number | null>(null)
  return (
    <Screen title={ed('saves.of', { name })} tools={<a class="btn sm" href={`/designer/${id}`}>{ed('review.design')}</a>}>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {content?.saves.length === 0 && <Empty title={ed('saves.none')} hint={ed('saves.none.hint')} />}
      {content && content.saves.length > 0 && (
        <>
          <p class="s d2">{ed('saves.hint')}</p>
          <ol class="ed-versions">
            {content.saves.map((save) => (
              <li key={save.revision}>
                <p><b>{dayTime(save.savedAt)}</b> <span class="s d2">{joined(save.savedBy, save.size === null ? ed('saves.removed') : ed('saves.size', { n: save.size }), save.revision === content.now?.revision && ed('saves.current'))}</span></p>
                {save.size !== null && save.revision !== content.now?.revision && (
                  <p class="fx"><button type="button" class="btn sm" aria-expanded={chosen.value === save.revision} onClick={() => (chosen.value = chosen.value === save.revision ? null : save.revision)}>{ed('saves.compare')}<span class="vh"> {dayTime(save.savedAt)}</span></button></p>
                )}
                {chosen.value === save.revision && <Former design={id} name={name} save={save} now={content.now} may={can('design') && content.design.state === 'editing'} />}
              </li>
            ))}
          </ol>
        </>
      )}
    </Screen>
  )
}

interface FormerProps {
  design: string
  name: string
  save: FileSave
  /** The file as it is; null where it was taken out. */
  now: { content: string | null; revision: number | null } | null
  may: boolean
}

function Former({ design, name, save, now, may }: FormerProps) {
  const found = useResource(`${name}@${save.revision}`, (live) => fileSave(design, name, save.revision, live))
  const error = useSignal('')
  const text = found.content.value?.content
  const back = async () => {
    error.value = ''
    try {
      await saveFile(design, name, text!, now?.revision ?? null)
      navigate(`/designer/${design}`)
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  if (text === undefined || text === null) return found.error.value !== null ? <Failed error={found.error.value} retry={() => void found.load()} /> : null
  const lines = differing(now?.content ?? '', text)
  return (
    <section class="st" aria-label={ed('saves.compare')}>
      {lines.length ? (
        <pre class="s mono ed-source" tabIndex={0}>{lines.map(({ kind, text: words, number }, at) => <span key={at} class={`ed-line ${kind}`}>{kind === 'gap' ? '…' : `${{ same: ' ', old: '−', fresh: '+' }[kind]} ${number}  ${words}`}{'\n'}</span>)}</pre>
      ) : <p class="s d2">{ed('compare.same')}</p>}
      {may && lines.length > 0 && <p class="fx"><button type="button" class="btn" onClick={() => void back()}>{ed('saves.back')}</button><span class="s d2">{ed('saves.back.hint')}</span></p>}
      {error.value && <p class="err" role="alert">{error.value}</p>}
    </section>
  )
}
