/**
 * The diagram of a case with its tokens, drawn by bpmn-js. Colours come from the theme, tokens carry their number, and the
 * same facts stand below as text for those who do not see a picture. The bpmn.io mark is a licence term: visible, uncovered.
 */
import { useEffect, useRef } from 'preact/hooks'
import { diagram } from '../api/calls'
import type { Diagram } from '../api/types'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { t } from '../i18n'
import { onHint } from '../live/hints'
import { Outline } from './outline'
import { openViewer, type Picture } from './viewer'
import { Zoom } from './zoom'

interface Props {
  instanceId: string
  /** Where the drawing comes from: for an operator it is another place than for those who take part. */
  fetch?: typeof diagram
}

export default function DiagramFace({ instanceId, fetch = diagram }: Props) {
  const found = useResource(instanceId, (live) => fetch(instanceId, live))
  useEffect(() => onHint((hint) => void (hint === 'tasks' && found.load())), [found])
  const content = found.content.value
  if (found.error.value !== null && !content) return <div class="pad"><Failed error={found.error.value} retry={() => void found.load()} /></div>
  if (!content) return <p class="pad d2">{t('diagram.busy')}</p>
  const hidden = content.pools.filter(({ visible }) => !visible).map(({ name }) => name)
  return (
    <section class="diagram" aria-label={t('diagram.title')}>
      {hidden.length > 0 && <p class="note">{t('diagram.hidden', { names: hidden.join(t('comma.items')) })}</p>}
      <Canvas content={content} />
      <Outline content={content} />
    </section>
  )
}

function Canvas({ content }: { content: Diagram }) {
  const area = useRef<HTMLDivElement>(null)
  const picture = useRef<Picture | null>(null)
  const failed = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    let gone = false
    void openViewer(area.current!, content.xml).then(
      (opened) => {
        if (gone) return opened.close()
        picture.current = opened
        opened.mark(content)
      },
      () => failed.current && (failed.current.hidden = false),
    )
    return () => {
      gone = true
      picture.current?.close()
      picture.current = null
    }
  }, [content.xml])
  useEffect(() => picture.current?.mark(content), [content])
  return (
    <div class="canvas-frame">
      <Zoom picture={picture} />
      <p class="note over" hidden ref={failed}>{t('diagram.failed')}</p>
      <div class="canvas" ref={area} />
    </div>
  )
}
