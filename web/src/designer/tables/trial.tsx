/** A row to try a decision with: values for the names that it reads, the result, and the rules that led to it. */
import { useSignal, type Signal } from '@preact/signals'
import { Icon } from '../../frame/icon'
import { sentence } from '../../api/problem'
import { either } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import { tryDecision } from '../../api/previews'
import { ofKind } from '../state'
import type { Decision, DecisionFile } from './table'

/** One decision that was made, with the numbers of the rules that counted. */
export interface Made {
  id: string
  key: string
  rules: number[]
}

interface Props {
  name: string
  file: DecisionFile
  decision: Decision
  made: Signal<Made[]>
}

export function Trial({ name, file, decision, made }: Props) {
  const given = useSignal<Record<string, string>>({})
  const day = useSignal('')
  const names = useSignal<string[] | null>(null)
  const result = useSignal<{ words: string; bad: boolean } | null>(null)
  const running = useSignal(false)
  const run = async () => {
    running.value = true
    try {
      const files = Object.fromEntries([...ofKind('decision').map((one) => [one.name, one.content]), [name, file.text]])
      const typed = Object.entries(given.value).filter(([, text]) => text.trim()).map(([key, text]) => [key, valueOf(text)])
      const parameters = valueOf(ofKind('parameters')[0]?.content ?? '{}')
      const answer = await tryDecision({ files, decision: decision.key, names: { parameters, ...Object.fromEntries(typed) }, ...(day.value ? { on: day.value } : {}) })
      names.value = answer.reads
      made.value = answer.made
      result.value = answer.problem ? { words: either(answer.problem.zh, answer.problem.en), bad: true } : { words: JSON.stringify(answer.result), bad: false }
    } catch (failure) {
      result.value = { words: sentence(failure, 'load'), bad: true }
    }
    running.value = false
  }
  if (names.value === null) {
    return (
      <section class="ed-trial">
        <button type="button" class="btn sm" disabled={running.value} onClick={run}><Icon name="play" />{ed('trial.begin')}</button>
        {result.value?.bad && <p class="err" role="alert">{result.value.words}</p>}
      </section>
    )
  }
  return (
    <section class="ed-trial" aria-label={ed('trial')}>
      <h3>{ed('trial')}</h3>
      <p class="s d">{ed('trial.hint')}</p>
      <div class="ed-facts">
        {names.value.map((one) => (
          <label key={one} class="fld">
            <span class="l mono">{one}</span>
            <input class="in mono" value={given.value[one] ?? ''} onInput={({ currentTarget }) => (given.value = { ...given.value, [one]: currentTarget.value })} />
          </label>
        ))}
        <label class="fld"><span class="l">{ed('trial.day')}</span><input class="in" type="date" value={day.value} onInput={({ currentTarget }) => (day.value = currentTarget.value)} /></label>
      </div>
      <p class="fx">
        <button type="button" class="btn sm" disabled={running.value} onClick={run}><Icon name="play" />{ed('trial.run')}</button>
        <output class={result.value?.bad ? 'err' : 'mono'}>{result.value?.words}</output>
        {!result.value?.bad && made.value.map(({ id, rules }) => <span key={id} class="s d2">{rules.length ? ed('trial.rules', { decision: nameOf(file, id), rules: rules.join('、') }) : ed('trial.noRule', { decision: nameOf(file, id) })}</span>)}
      </p>
    </section>
  )
}

const nameOf = (file: DecisionFile, id: string): string => file.decisions.find((one) => one.id === id)?.name ?? id

/** `12`, `true`, `null`, `["a"]` and `{"a": 1}` as JSON reads them; anything else is a text. */
function valueOf(text: string): unknown {
  const words = text.trim()
  try {
    return JSON.parse(words) as unknown
  } catch {
    return words
  }
}
