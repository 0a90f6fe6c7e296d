/** The scenarios of a design, played by the real engine: which pass, why the others do not, and what none of them reaches. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { FileText } from '../../api/designs'
import { sentence } from '../../api/problem'
import { playScenarios, type CoveredPlace, type ScenariosPlayed } from '../../api/rehearsals'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'

export function Scenarios({ design, files }: { design: string; files: readonly FileText[] }) {
  const played = useSignal<ScenariosPlayed | null>(null)
  const error = useSignal('')
  const busy = useSignal(false)
  const play = async () => {
    busy.value = true
    error.value = ''
    try {
      played.value = await playScenarios(design, {})
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }
  return (
    <section class="st">
      <h2>{ed('scenarios')}</h2>
      <p class="fx">
        <button type="button" class="btn sm" disabled={busy.value} onClick={() => void play()}><Icon name="play" />{ed('scenarios.play')}</button>
        <span class="s d2" role="status">{busy.value ? ed('scenarios.busy') : played.value ? told(played.value) : ed('scenarios.hint')}</span>
      </p>
      {error.value && <p class="err" role="alert">{error.value}</p>}
      {played.value && (
        <ul class="ed-findings">
          {played.value.scenarios.map(({ file, id, passed, reason }) => (
            <li key={`${file}:${id}`} class={passed ? '' : 'over'}><Icon name={passed ? 'check' : 'x'} label={ed(passed ? 'scenarios.passed' : 'scenarios.failed')} /><span><span class="mono">{id}</span> {reason}</span></li>
          ))}
        </ul>
      )}
      {played.value && played.value.scenarios.length > 0 && (
        <>
          <p class="s d2">{ed('scenarios.legend')}</p>
          {touched(files, played.value).map(({ name, content }) => <Painted key={name} name={name} xml={content!} played={played.value!} />)}
        </>
      )}
    </section>
  )
}

/** The diagrams with a process of which some scenario passes something. */
const touched = (files: readonly FileText[], { passed }: ScenariosPlayed): FileText[] => {
  const processes = new Set(passed.map(({ process }) => process))
  return files.filter(({ kind, content }) => kind === 'bpmn' && content !== null && [...content.matchAll(/<(?:\w+:)?process\b[^>]*\bid="([^"]+)"/g)].some(([, id]) => processes.has(id!)))
}

function Painted({ name, xml, played }: { name: string; xml: string; played: ScenariosPlayed }) {
  const area = useRef<HTMLDivElement>(null)
  const failed = useSignal(false)
  useEffect(() => {
    let close: (() => void) | null = null
    let gone = false
    const ids = (places: readonly CoveredPlace[]) => new Set(places.map(({ element }) => element))
    void import('./painted')
      .then(({ openPainted }) => openPainted(area.current!, xml, ids(played.passed), ids(played.coverage.never)))
      .then((opened) => (gone ? opened() : (close = opened)), () => (failed.value = true))
    return () => {
      gone = true
      close?.()
    }
  }, [xml, played])
  return (
    <figure>
      <figcaption class="s d2 mono">{name}</figcaption>
      {failed.value ? <p class="note soon">{ed('compare.undrawn')}</p> : <div class="ed-drawing" ref={area} />}
    </figure>
  )
}

function told({ scenarios, coverage }: ScenariosPlayed): string {
  if (!scenarios.length) return ed('scenarios.none')
  const { elements, passed, percent } = coverage
  return ed('scenarios.coverage', { n: scenarios.filter((one) => one.passed).length, all: scenarios.length, passed, elements, percent: Math.round(percent) })
}
