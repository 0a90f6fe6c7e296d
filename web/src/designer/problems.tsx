/** What the deployment gate finds wrong with the design, below the drawing: the server is asked a moment after each change. */
import { effect } from '@preact/signals'
import { checkDesign } from '../api/designs'
import { Icon } from '../frame/icon'
import { either } from '../i18n'
import { des } from '../i18n/designer'
import { drawing } from './canvas/drawing'
import { shapeOf } from './canvas/marks'
import { nameOf } from './canvas/outline'
import { current, design, files, findings, publishable, unsaved, type DesignFinding } from './state'

const PAUSE_MS = 700

/** Asks the gate whenever a file has changed, as long as the designer is open. */
export function watchFindings(id: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null
  const ask = async () => {
    running?.abort()
    const mine = (running = new AbortController())
    try {
      const found = await checkDesign(id, unsaved())
      if (running !== mine || design.peek()?.id !== id) return
      findings.value = found.items
      publishable.value = found.publishable
    } catch {
      // Without an answer what was said last stays; the next change asks again.
    }
  }
  const stop = effect(() => {
    if (!files.value.size) return
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), PAUSE_MS)
  })
  return () => {
    stop()
    clearTimeout(timer)
    running?.abort()
    running = null
  }
}

export function Problems({ onShow }: { onShow: (finding: DesignFinding) => void }) {
  const found = findings.value
  const of = (level: string) => (found ?? []).filter((finding) => finding.level === level).sort((one, other) => Number(isBehind(one)) - Number(isBehind(other)))
  const [errors, warnings] = [of('error'), of('warning')]
  return (
    <section class="problems" aria-label={des('problems')}>
      <h2 class="fx">{des('problems')}
        {errors.length > 0 && <span class="n over">{des('problems.errors', { n: errors.length })}</span>}
        {warnings.length > 0 && <span class="n soon">{des('problems.warnings', { n: warnings.length })}</span>}
        {found && !found.length && <span class="n">{des('problems.none')}</span>}
        {!found && <span class="n">{des('problems.asking')}</span>}
      </h2>
      <ul class="s">
        {[...errors, ...warnings].map((finding, index) => (
          <li key={index} class={finding.level === 'error' ? 'over' : 'soon'}>
            <Icon name={finding.level === 'error' ? 'x' : 'alert'} label={des(finding.level === 'error' ? 'problem.error' : 'problem.warning')} />
            <button type="button" class="link" onClick={() => onShow(finding)}>{subject(finding)}</button>
            <span class="d2">{either(finding.message.zh, finding.message.en)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A diagram with an error has no processes, so that what names them finds none: the diagram comes first. */
const isBehind = ({ file }: DesignFinding): boolean => file === null || !file.endsWith('.bpmn')

/** The element by its name where it is drawn, else by its id; else the file. */
function subject({ element, file }: DesignFinding): string {
  const shape = element && file === current.value ? drawing.value && shapeOf(drawing.value, element) : undefined
  return shape ? nameOf(shape) : (element ?? file ?? des('problem.whole'))
}
