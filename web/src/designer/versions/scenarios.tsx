/** The scenarios of a design, played by the real engine: which pass, why the others do not, and what none of them reaches. */
import { useSignal } from '@preact/signals'
import { sentence } from '../../api/problem'
import { playScenarios, type ScenariosPlayed } from '../../api/rehearsals'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'

export function Scenarios({ design }: { design: string }) {
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
    </section>
  )
}

function told({ scenarios, coverage }: ScenariosPlayed): string {
  if (!scenarios.length) return ed('scenarios.none')
  const { elements, passed, percent } = coverage
  return ed('scenarios.coverage', { n: scenarios.filter((one) => one.passed).length, all: scenarios.length, passed, elements, percent: Math.round(percent) })
}
