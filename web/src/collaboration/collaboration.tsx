/**
 * The collaboration of a case: all pools in one picture, with the tokens of every case that talks, what went between them and
 * what is awaited; and the same as a list, which comes first on a phone. It keeps itself up to date.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Collaboration } from '../api/collaboration-types'
import type { Picture } from '../diagram/viewer'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t } from '../i18n'
import { talk } from '../i18n/collaboration'
import { onHint } from '../live/hints'
import './collaboration.css'
import { Messages, Parties } from './list'
import { CollaborationPicture } from './picture'

const AGAIN_MS = 5_000

interface Props {
  instanceId: string
  /** For an operator it comes from another place than for those who take part. */
  fetch: (id: string, drawn: boolean, live: { signal: AbortSignal }) => Promise<Collaboration>
  /** Where a case is opened. */
  href: (id: string) => string
}

export default function CollaborationFace({ instanceId, fetch, href }: Props) {
  const texts = useRef(new Map<string, string>())
  const found = useResource(instanceId, async (live) => {
    const plain = await fetch(instanceId, !texts.current.size, live)
    const known = plain.drawings.every(({ id, xml }) => xml !== null || texts.current.has(id))
    const content = known ? plain : await fetch(instanceId, true, live)
    for (const { id, xml } of content.drawings) if (xml !== null) texts.current.set(id, xml)
    return { ...content, drawings: content.drawings.map((drawing) => ({ ...drawing, xml: texts.current.get(drawing.id)! })) }
  })
  useEffect(() => onHint((hint) => void (hint === 'tasks' && found.load())), [found])
  // Hints tell what changed for oneself; a partner's steps are nobody's here.
  useEffect(() => {
    const again = setInterval(() => void (document.visibilityState === 'visible' && found.load()), AGAIN_MS)
    return () => clearInterval(again)
  }, [found])
  const content = found.content.value
  if (found.error.value !== null && !content) return <Failed error={found.error.value} retry={() => void found.load()} />
  if (!content) return <p class="d2">{t('diagram.busy')}</p>
  return <View content={content} href={href} />
}

function View({ content, href }: { content: Collaboration; href: Props['href'] }) {
  const only = useSignal<number | null>(null)
  const chosen = useSignal(0)
  const picture = useRef<Picture | null>(null)
  const choose = (place: number | null) => {
    only.value = place
    if (place !== null) chosen.value = content.cases[place]!.drawing ?? chosen.value
  }
  const messages = content.messages.filter(({ source, target }) => only.value === null || source === only.value || target === only.value)
  return (
    <section class="talk" aria-label={talk('title')}>
      {content.cases.length === 1 && !content.messages.length && <p class="d2">{talk('alone')}</p>}
      <div class="talk-picture">
        {content.drawings.length > 1 && <Drawings content={content} chosen={chosen.value} choose={(at) => (chosen.value = at)} />}
        <CollaborationPicture key={chosen.value} content={content} drawing={chosen.value} only={only.value} picture={picture} />
        <p class="s d2">{talk('legend')}</p>
      </div>
      <div class="talk-words">
        <Parties content={content} only={only.value} choose={choose} href={href} />
        <section aria-labelledby="talk-messages">
          <h3 class="small" id="talk-messages">{talk('messages')}</h3>
          <Messages messages={messages} drawing={chosen.value} find={(flow) => picture.current?.show(flow)} />
        </section>
      </div>
    </section>
  )
}

/** The cases may be drawn in several files: a process of another file, or an older version. */
function Drawings({ content, chosen, choose }: { content: Collaboration; chosen: number; choose: (at: number) => void }) {
  return (
    <div class="fx" role="group" aria-label={talk('drawing')}>
      {content.drawings.map(({ title }, at) => <button key={at} type="button" class="btn sm" aria-pressed={at === chosen} onClick={() => choose(at)}>{title}</button>)}
    </div>
  )
}
