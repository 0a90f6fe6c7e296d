/** One drawing of a collaboration with its marks. The same facts stand beside it as a list, for who cannot see a picture. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Collaboration } from '../api/collaboration-types'
import { now } from '../clock/now'
import { span, when } from '../clock/words'
import { openViewer, type Picture } from '../diagram/viewer'
import { Zoom } from '../diagram/zoom'
import { t } from '../i18n'
import { talk } from '../i18n/collaboration'
import { drawTalk, type TalkMarks } from './drawing'
import { marksOf, nameOf, senders, type FlowMark, type PoolMark } from './marks'

interface Props {
  content: Collaboration
  drawing: number
  only: number | null
  picture: RefObject<Picture | null>
}

export function CollaborationPicture({ content, drawing, only, picture }: Props) {
  const area = useRef<HTMLDivElement>(null)
  const failed = useRef<HTMLParagraphElement>(null)
  const marks = wordsOf(content, drawing, only)
  const newest = useRef(marks)
  newest.current = marks
  const draw = () => picture.current?.draw((...parts) => drawTalk(newest.current, ...parts))
  const { xml } = content.drawings[drawing]!
  useEffect(() => {
    let gone = false
    void openViewer(area.current!, xml!).then(
      (opened) => {
        if (gone) return opened.close()
        picture.current = opened
        draw()
      },
      () => failed.current && (failed.current.hidden = false),
    )
    return () => {
      gone = true
      picture.current?.close()
      picture.current = null
    }
  }, [xml])
  const written = JSON.stringify(marks)
  useEffect(draw, [written])
  useEffect(() => void (only !== null && newest.current.firsts[0] && picture.current?.show(newest.current.firsts[0])), [only])
  return (
    <div class="canvas-frame">
      <Zoom picture={picture} />
      <p class="note over" hidden ref={failed}>{t('diagram.failed')}</p>
      <div class="canvas" ref={area} />
    </div>
  )
}

function wordsOf(content: Collaboration, drawing: number, only: number | null): TalkMarks {
  const { tokens, awaits, flows, pools, ...marks } = marksOf(content, drawing, only)
  return {
    ...marks,
    tokens: tokens.map(({ element, count, name }) => ({ element, words: String(count), title: `${name}: ${t('diagram.here', { n: count })}` })),
    awaits: awaits.map((awaited) => {
      const words = talk('mark.awaited', { from: senders(awaited, content.cases, t('comma.items'), talk('someone')), span: spanSince(awaited.since) })
      return { element: awaited.element, words, title: words }
    }),
    flows: flows.map(flowWords),
    pools: pools.map((pool) => poolWords(content, pool)),
  }
}

const SIGN = { gone: '✓', waiting: '…', dead: '✕' }

function flowWords({ flow, arrow, messages }: FlowMark) {
  const last = messages[messages.length - 1]!
  const facts = { n: messages.length, at: when(last.sentAt, now.value) }
  const words = `${SIGN[arrow]} ${talk(messages.length > 1 ? 'mark.many' : 'mark.one', facts)}`
  return { element: flow, arrow, words, title: talk('mark.title', { ...facts, name: last.name, state: talk(`mark.${arrow}`) }) }
}

function poolWords({ cases: all }: Collaboration, { element, cases }: PoolMark) {
  const said = cases.map((found) => `${nameOf(found, all)}${found.state ? ` ${t(`state.${found.state}`)}` : ''}`)
  const title = said.join(t('comma.items'))
  return { element, words: cases.length > 1 ? `${talk('pool.many', { n: cases.length })} ${title}` : title, title }
}

export const spanSince = (since: string | null): string => (since ? span(now.value - Date.parse(since)) : '')
