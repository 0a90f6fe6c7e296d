/** What can be done with a design as a whole, in its head: its versions, what it changes, submitting it, and its review. */
import { useSignal } from '@preact/signals'
import { submitDesign } from '../../api/designs'
import { ed } from '../../i18n/designer-editors'
import { ReasonDialog } from '../../operations/reason'
import { navigate } from '../../routing/router'
import { can } from '../../session/session'
import type { ActsProps } from '../head'
import { save } from '../saving/autosave'

export default function VersionActs({ design: { id, folder, base, state }, hindrance }: ActsProps) {
  const asked = useSignal(false)
  const review = `/designer/${id}/review`
  const mine = state === 'editing' && can('design')
  return (
    <>
      <a class="btn sm push" href={`/designer/versions/${encodeURIComponent(folder)}`}>{ed('versions')}</a>
      {mine && <a class="btn sm wide-only" href={`/designer/${id}/import`}>{ed('import')}</a>}
      {state === 'inReview' ? <a class="btn sm pri" href={review}>{ed('review')}</a> : <a class="btn sm" href={review} onClick={() => void save()}>{base ? ed('compare.with', { n: base.number }) : ed('review.changes')}</a>}
      {mine && <button type="button" class="btn sm pri" disabled={hindrance !== ''} onClick={() => (asked.value = true)}>{ed('submit')}</button>}
      {mine && hindrance && <span class="s d2 nw wide-only">{hindrance}</span>}
      {asked.value && (
        <ReasonDialog
          title={ed('submit')} hint={ed('submit.hint')} label={ed('note')} action={ed('submit')} onClose={() => (asked.value = false)}
          onSend={async (note) => {
            await save()
            await submitDesign(id, note)
            navigate(review)
          }}
        />
      )}
    </>
  )
}
