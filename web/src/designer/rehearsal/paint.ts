/** What a rehearsal shows on the drawing: tokens as badges, ways taken in ink, and what the scenarios pass or never pass. */
import type { Rehearsal, ScenariosPlayed } from '../../api/rehearsals'
import type { Drawing } from '../canvas/drawing'

const TOKEN = 'rehearsal-token'
const MARKS = ['rehearsed', 'covered', 'uncovered'] as const
type Mark = (typeof MARKS)[number]

export function paint(drawing: Drawing, standing: Rehearsal | null, coverage: ScenariosPlayed | null): void {
  const overlays = drawing.get('overlays')
  overlays.remove({ type: TOKEN })
  const wanted = coverage ? covered(coverage) : taken(standing)
  const canvas = drawing.get('canvas')
  for (const shape of drawing.get('elementRegistry').getAll()) {
    if (shape.labelTarget) continue
    for (const mark of MARKS) {
      if (wanted.get(shape.id) === mark) canvas.addMarker(shape, mark)
      else canvas.removeMarker(shape, mark)
    }
  }
  const counts = new Map<string, { count: number; stuck: boolean }>()
  for (const { element, count, state } of standing?.tokens ?? []) {
    const before = counts.get(element)
    counts.set(element, { count: (before?.count ?? 0) + count, stuck: before?.stuck === true || state === 'error' })
  }
  for (const [element, { count, stuck }] of counts) {
    const shape = drawing.get('elementRegistry').get(element)
    if (!shape || shape.source) continue
    const html = document.createElement('span')
    html.className = `rehearsal-token${stuck ? ' stuck' : ''}`
    html.textContent = stuck ? '!' : String(count)
    html.setAttribute('aria-hidden', 'true')
    overlays.add(element, TOKEN, { position: { bottom: 12, left: -10 }, html })
  }
}

/** Brings the first token into view; the drawing has become smaller when the desk was laid over its foot. */
export function follow(drawing: Drawing, standing: Rehearsal): void {
  const shape = standing.tokens.map(({ element }) => drawing.get('elementRegistry').get(element)).filter((found) => found && !found.children?.length)[0]
  if (!shape) return
  const canvas = drawing.get('canvas')
  canvas.resized()
  if (canvas.viewbox().width > 0 && Number.isFinite(canvas.zoom())) canvas.scrollToElement(shape, 60)
}

const taken = (standing: Rehearsal | null) => new Map<string, Mark>([...(standing?.flows ?? []).map(({ id }) => id), ...(standing?.passed ?? []).map(({ element }) => element)].map((id) => [id, 'rehearsed']))

const covered = ({ passed, coverage }: ScenariosPlayed) =>
  new Map<string, Mark>([...coverage.never.map(({ element }): [string, Mark] => [element, 'uncovered']), ...passed.map(({ element }): [string, Mark] => [element, 'covered'])])
