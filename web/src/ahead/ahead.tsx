/** What comes next, in few words: where a decision sends the case, and to whom. It never says more than the server knows. */
import { useEffect } from 'preact/hooks'
import { forecastTask } from '../api/calls'
import type { ForecastStep, Mark, OutcomeForecast } from '../api/types'
import { useResource } from '../frame/resource'
import { t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { labelOf } from '../task/act'
import { allows, type Leaf } from '../task/leaf'

/** Steps of which none is sure, and which a line still tells of. */
const FEW = 2
/** Decisions that are told beside the buttons; of the rest each says so when it is taken. */
const TOLD = 3

/** Under the buttons of a task: where each of its decisions leads. */
export default function SendsTo({ leaf }: { leaf: Leaf }) {
  const may = allows(leaf, 'complete')
  const ahead = useResource(`${leaf.id} ${leaf.etag.value} ${may}`, async () => (may ? await forecastTask(leaf.id, leaf.values.peek()) : null))
  const saved = leaf.draft.state.value.kind === 'saved'
  useEffect(() => void (saved && ahead.load()), [saved, ahead])
  const told = ahead.content.value?.outcomes.slice(0, TOLD).flatMap((outcome) => {
    const label = leaf.detail.value?.outcomes.find(({ value }) => value === outcome.outcome)
    return label && tells(outcome) ? [{ label: labelOf(label), words: leads(outcome) }] : []
  })
  if (!told?.length) return null
  return (
    <p class="ahead s d2" aria-label={t('ahead.title')}>
      {told.map(({ label, words }) => <span key={label}><b>{label}</b> {words}</span>)}
    </p>
  )
}

/** The steps that a line under the buttons tells of: the sure ones, else a few. More would push the form away. */
function telling({ steps }: OutcomeForecast): ForecastStep[] {
  const sure = steps.filter(({ mark }) => mark === 'certain')
  return sure.length ? sure : steps.length <= FEW ? steps : []
}

/** Whether there is anything to tell. */
const tells = (outcome: OutcomeForecast): boolean => Boolean(outcome.awaits || outcome.awaited.length) || !outcome.steps.length || telling(outcome).length > 0

function leads(outcome: OutcomeForecast): string {
  const { ends, awaits, awaited } = outcome
  if (awaits) return t('ahead.awaits', { n: awaits })
  if (awaited.length) return t('ahead.awaited', { names: awaited.join('、') })
  const end = ends === null ? [] : [t(ends === 'certain' ? 'ahead.ends' : 'ahead.mayEnd')]
  if (!outcome.steps.length) return end[0] ?? t('ahead.system')
  return [t('ahead.to', { steps: telling(outcome).map(stepWords).join('、') }), ...end].join(t('ahead.or'))
}

/** A step with its people and, unless it is certain, how sure it is. */
export function stepWords(step: ForecastStep): string {
  const hedge = step.waits ? t('ahead.waits') : hedgeOf(step.mark)
  const who = peopleOf(step)
  return `${hedge}${step.name}${who && `（${who}）`}`
}

const hedgeOf = (mark: Mark): string => (mark === 'certain' ? '' : t(`ahead.mark.${mark}` as Key))

function peopleOf({ people, peopleCount, peopleKnown, automatic, mine }: ForecastStep): string {
  if (mine) return t('ahead.you')
  if (automatic) return t(`ahead.automatic.${automatic}` as Key)
  if (!peopleKnown) return t('ahead.later')
  const names = people.map(withoutSuffix).join('、')
  return peopleCount > people.length ? t('ahead.more', { names, n: peopleCount }) : names
}

/** The steps ahead in a row, the next first. */
export function StepsAhead({ steps }: { steps: ForecastStep[] }) {
  return (
    <ol class="steps-ahead s">
      {steps.map((step) => <li key={step.element} class={step.mark === 'certain' ? '' : 'd2'}>{stepWords(step)}{step.because && <span class="d"> {step.because}</span>}</li>)}
    </ol>
  )
}
