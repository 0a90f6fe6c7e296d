/** The review of a design: what it changes, what the gate finds, who wrote it; then it is published or returned. */
import { useSignal } from '@preact/signals'
import { checkDesign, deploymentFiles, design as fetchDesign, designChanges, designFiles, discardDesign, folders, publishDesign, returnDesign, type Design, type Published } from '../../api/designs'
import { Problem } from '../../api/problem'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Failed } from '../../frame/states'
import { joined } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import { ReasonDialog } from '../../operations/reason'
import { navigate } from '../../routing/router'
import { can } from '../../session/session'
import { Findings } from '../findings/list'
import { dayTime } from '../moments'
import type { PageProps } from '../parts'
import { Comparison } from './comparison'
import { Outcome } from './outcome'
import { Scenarios } from './scenarios'
import '../editors.css'

export default function ReviewPage({ id }: PageProps) {
  const found = useResource(id, async (live) => {
    const design = await fetchDesign(id, live)
    const [files, base, changes, findings] = await Promise.all([designFiles(id, live), design.base ? deploymentFiles(design.base.id, live) : [], designChanges(id, undefined, live).then(({ files: changed }) => changed), checkDesign(id)])
    const known = design.title ?? (await folders(live)).find(({ name }) => name === design.folder)?.title
    return { design, title: known ?? design.folder, files, base, changes, findings }
  })
  const content = found.content.value
  const published = useSignal<Published | null>(null)
  const open = content && (content.design.state === 'editing' || content.design.state === 'inReview')
  return (
    <Screen title={ed('review.of', { title: content?.title ?? '' })} tools={open ? <a class="btn sm" href={`/designer/${id}`}>{ed('review.design')}</a> : <a class="btn sm" href={`/designer/versions/${encodeURIComponent(content?.design.folder ?? '')}`}>{ed('versions')}</a>}>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {published.value && <Outcome published={published.value} />}
      {content && (
        <>
          <Facts design={content.design} />
          {open && <Acts design={content.design} publishable={content.findings.publishable} done={(result) => { published.value = result; void found.load() }} reload={() => void found.load()} />}
          {open && (
            <section class="st">
              <h2>{ed('review.findings')}</h2>
              {content.findings.items.length ? <Findings items={content.findings.items} /> : <p class="s d2">{ed('review.clean')}</p>}
            </section>
          )}
          {open && <Scenarios design={id} files={content.files} />}
          <section class="st">
            <h2>{ed('review.changes')}</h2>
            <Comparison
              before={{ label: content.design.base ? ed('versions.v', { n: content.design.base.number }) : ed('review.nothing'), files: content.base }}
              after={{ label: ed('review.this'), files: content.files }} changes={content.changes}
            />
          </section>
        </>
      )}
    </Screen>
  )
}

function Facts({ design }: { design: Design }) {
  const { base, editors, review, returned, state, outdated } = design
  return (
    <dl class="ed-review">
      <div><dt>{ed('review.state')}</dt><dd>{ed(`state.${state}`)}</dd></div>
      <div><dt>{ed('review.base')}</dt><dd>{base ? ed('versions.v', { n: base.number }) : ed('review.nothing')}{outdated && <span class="s soon"> {ed('review.outdated')}</span>}</dd></div>
      <div><dt>{ed('review.editors')}</dt><dd>{editors.length ? editors.join('、') : ed('review.nobody')}</dd></div>
      {review && <div><dt>{ed('review.submitted')}</dt><dd>{joined(review.submittedBy, dayTime(review.at))}<q>{review.note}</q></dd></div>}
      {returned && <div><dt>{ed('review.returned')}</dt><dd>{joined(returned.by, dayTime(returned.at))}<q>{returned.note}</q></dd></div>}
    </dl>
  )
}

interface ActsProps {
  design: Design
  publishable: boolean
  done: (published: Published) => void
  reload: () => void
}

function Acts({ design: { id, state, mayPublish }, publishable, done, reload }: ActsProps) {
  const asked = useSignal<'publish' | 'return' | 'discard' | null>(null)
  const over = useSignal<string | undefined>(undefined)
  const close = () => (asked.value = null)
  const reviewed = state === 'inReview'
  const hindrance = mayPublish.allowed ? (publishable ? null : ed('review.errors')) : mayPublish.reason
  const publish = async (note: string) => {
    try {
      done(await publishDesign(id, note, over.value))
    } catch (failure) {
      // The folder has a newer version by now; who publishes over it says so by pressing once more.
      if (failure instanceof Problem && failure.code === 'design-outdated') over.value = failure.fact('deployment') ?? undefined
      throw failure
    }
  }
  return (
    <div class="fx">
      {reviewed && can('deploy') && <button type="button" class="btn pri" disabled={hindrance !== null} onClick={() => (asked.value = 'publish')}>{ed('publish')}</button>}
      {reviewed && <button type="button" class="btn" onClick={() => (asked.value = 'return')}>{ed('return')}</button>}
      {reviewed && hindrance !== null && <span class="s d2">{hindrance}</span>}
      <button type="button" class="btn q push" onClick={() => (asked.value = 'discard')}>{ed('discard')}</button>
      {asked.value === 'publish' && <ReasonDialog title={ed('publish')} hint={ed('publish.hint')} label={ed('note')} action={ed(over.value ? 'publish.over' : 'publish')} optional onSend={publish} onClose={close} />}
      {asked.value === 'return' && <ReasonDialog title={ed('return')} hint={ed('return.hint')} label={ed('note')} action={ed('return')} onSend={async (note) => { await returnDesign(id, note); reload() }} onClose={close} />}
      {asked.value === 'discard' && <ReasonDialog title={ed('discard')} hint={ed('discard.hint')} label={ed('note')} action={ed('discard')} optional final onSend={async () => { await discardDesign(id); navigate('/designer') }} onClose={close} />}
    </div>
  )
}
