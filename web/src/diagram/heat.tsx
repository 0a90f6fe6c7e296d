/** A drawing tinted by numbers: the tint says how much, the number stands at the element, and a table beside it says the same. */
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../i18n'
import { Zoom } from './zoom'
import { openViewer, type HeatMark, type Picture } from './viewer'

export default function HeatDrawing({ xml, marks }: { xml: string; marks: HeatMark[] }) {
  const area = useRef<HTMLDivElement>(null)
  const picture = useRef<Picture | null>(null)
  const newest = useRef(marks)
  newest.current = marks
  useEffect(() => {
    let gone = false
    void openViewer(area.current!, xml).then((opened) => {
      if (gone) return opened.close()
      picture.current = opened
      opened.tint(newest.current)
    })
    return () => {
      gone = true
      picture.current?.close()
      picture.current = null
    }
  }, [xml])
  useEffect(() => picture.current?.tint(marks), [marks])
  return (
    <section class="diagram" aria-label={t('diagram.title')}>
      <div class="canvas-frame">
        <Zoom picture={picture} />
        <div class="canvas" ref={area} />
      </div>
    </section>
  )
}
