/** What a person may start, in which capacity; starting opens the first step. */
import { useSignal } from '@preact/signals'
import { begin } from '../afterwards/afterwards'
import { StepsAhead } from '../ahead/ahead'
import { forecastStart, start, startable } from '../api/calls'
import { sentence } from '../api/problem'
import type { Afterwards, Capacity, Startable } from '../api/types'
import { Icon } from '../frame/icon'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { Screen } from '../frame/screen'
import { Empty, Failed } from '../frame/states'
import { say } from '../frame/toast'
import { either, t } from '../i18n'
import { giveHint } from '../live/hints'
import { navigate, query } from '../routing/router'
import { can, session } from '../session/session'

const AfterwardsDialog = lazy(() => import('../afterwards/dialog'))
const Entering = lazy(() => import('./entering'), true)

/** More than this are not seen at a glance. */
const MANY = 6
/** Steps of a process that are told before it is started. */
const ROUTE = 4

export default function StartPage() {
  const list = useResource('startable', startable)
  const wanted = useSignal(new URLSearchParams(query.value).get('q') ?? '')
  const all = list.content.value
  const found = all?.filter((process) => matches(process, wanted.value))
  return (
    <Screen title={t('place.start')} tools={all && (all.length > MANY || wanted.value) ? <Find wanted={wanted.value} onFind={(text) => (wanted.value = text)} /> : undefined} shape="start">
      <Entering />
      {list.error.value !== null && <Failed error={list.error.value} retry={() => void list.load()} />}
      {all && !all.length && <Empty title={t('start.none')} hint={t('start.none.hint')} />}
      {all && all.length > 0 && !found!.length && (
        <Empty title={t('start.none.found', { q: wanted.value })} hint={t('start.none.found.hint')}>
          <button type="button" class="btn sm" onClick={() => (wanted.value = '')}>{t('empty.search.clear')}</button>
        </Empty>
      )}
      {found && found.length > 0 && (
        <ul class="cards" aria-label={t('start.list')}>
          {found.map((process) => <li key={process.key}><ProcessCard process={process} /></li>)}
        </ul>
      )}
    </Screen>
  )
}

function Find({ wanted, onFind }: { wanted: string; onFind: (text: string) => void }) {
  return (
    <label class="find">
      <Icon name="search" />
      <span class="vh">{t('start.find')}</span>
      <input type="search" placeholder={t('start.find.hint')} value={wanted} onInput={(event) => onFind(event.currentTarget.value)} />
    </label>
  )
}

const titleOf = ({ title, name, nameEn }: Startable): string => either(title ?? name, nameEn)

function matches(process: Startable, wanted: string): boolean {
  const text = [process.name, process.nameEn, process.title, process.description, process.key].join(' ').toLowerCase()
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

function ProcessCard({ process }: { process: Startable }) {
  const mine = session.value!.capacities.filter(({ id }) => process.capacities.includes(id))
  const capacity = useSignal(mine[0]?.id ?? process.capacities[0] ?? '')
  const busy = useSignal(false)
  const error = useSignal('')
  const entering = useSignal(false)

  async function enter(entered?: Afterwards): Promise<void> {
    const { instance, nextTask } = await start(process.key, capacity.value, entered)
    if (entered) begin(instance.id, entered)
    giveHint('tasks')
    say(t('start.done', { number: instance.number ? ` ${instance.number}` : '' }))
    navigate(nextTask ? `/inbox/todo/${nextTask.id}` : `/cases/${instance.id}`)
  }

  async function go(): Promise<void> {
    if (busy.value) return
    busy.value = true
    error.value = ''
    try {
      await enter()
    } catch (failure) {
      error.value = sentence(failure)
    }
    busy.value = false
  }

  return (
    <div class="card process">
      <h2>{titleOf(process)}</h2>
      {process.description && <p class="s d2">{process.description}</p>}
      {mine.length > 1 ? (
        <fieldset class="as">
          <legend class="s d2">{t('start.as')}</legend>
          {mine.map((one) => (
            <label key={one.id}>
              <input type="radio" name={`capacity-${process.key}`} checked={capacity.value === one.id} onChange={() => (capacity.value = one.id)} />
              {capacityWords(one)}
            </label>
          ))}
        </fieldset>
      ) : mine[0] && <p class="s d">{t('task.as', { institution: mine[0].institution.name, post: either(mine[0].post.name, mine[0].post.nameEn) })}</p>}
      {capacity.value && <Route process={process} capacity={capacity.value} />}
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      <p class="fx">
        <button type="button" class="btn pri" aria-disabled={busy.value} aria-label={`${t('start.go')} ${titleOf(process)}`} onClick={() => void go()}>
          {t(busy.value ? 'start.busy' : 'start.go')}
        </button>
        {can('backfill') && <button type="button" class="btn q" aria-haspopup="dialog" aria-label={`${either('补录', 'Enter afterwards')} ${titleOf(process)}`} onClick={() => (entering.value = true)}>{either('补录', 'Enter afterwards')}</button>}
      </p>
      {entering.value && <AfterwardsDialog title={either(`补录：${titleOf(process)}`, `Enter afterwards: ${titleOf(process)}`)} action={either('补录发起', 'Start it')} start={null} onSend={enter} onClose={() => (entering.value = false)} />}
    </div>
  )
}

/** What comes after starting, told before it. */
function Route({ process, capacity }: { process: Startable; capacity: string }) {
  const ahead = useResource(`${process.key} ${capacity}`, (live) => forecastStart(process.key, capacity, live))
  const all = ahead.content.value?.steps ?? []
  const steps = all.filter(({ mine, distance }) => !(mine && distance === 1)).slice(0, ROUTE)
  return steps.length ? <div class="route"><span class="s d2">{t(steps.length < all.length && all[0]!.mine ? 'start.sends.then' : 'start.sends')}</span><StepsAhead steps={steps} /></div> : null
}

function capacityWords({ institution, department, post }: Capacity): string {
  return [institution.name, department?.name, either(post.name, post.nameEn)].filter(Boolean).join(' ')
}
