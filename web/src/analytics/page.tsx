/** Statistics of one process: how the work went in a period, whose, and where it is held up. All choices stand in the address. */
import { measured, statistics, type Measured, type Statistics } from '../api/analytics'
import { now } from '../clock/now'
import { momentOf } from '../clock/words'
import { useResource } from '../frame/resource'
import { Screen } from '../frame/screen'
import { Empty, Failed } from '../frame/states'
import { Tabs } from '../frame/tabs'
import { t } from '../i18n'
import { sta } from '../i18n/analytics'
import { navigate, parts, query } from '../routing/router'
import { oversees } from '../session/session'
import { FigureRow, MetricRow } from './figures'
import { Heat } from './heat'
import { Institutions } from './institutions'
import { choices, periodOf, periodWords, type Kind, type Period } from './period'
import { Steps } from './steps'
import { WAYS, Work, type Way } from './work'
import './analytics.css'

const KINDS: Kind[] = ['month', 'quarter', 'year']
const FORMATS = ['xlsx', 'csv', 'xes'] as const
const NARROWING = ['institution', 'post', 'step'] as const
type Asked = { [name in 'period' | 'by' | (typeof NARROWING)[number]]?: string }

const asked = (): Asked => Object.fromEntries(new URLSearchParams(query.value))

function addressed(folder: string, changes: Asked): string {
  const next = new URLSearchParams(Object.entries({ ...asked(), ...changes }).filter(([, value]) => value))
  return `/analytics/${encodeURIComponent(folder)}${next.size ? `?${next}` : ''}`
}

export default function AnalyticsPage() {
  if (!oversees()) return <Screen title={t('place.analytics')}><Empty title={sta('noRight')} hint={sta('noRight.hint')} /></Screen>
  return <Processes />
}

function Processes() {
  const known = useResource('measured', measured)
  const found = known.content.value
  const folder = parts()[1] ?? busiest(found ?? [])
  const tabs = found && folder && (
    <Tabs label={sta('processes')} tabs={found.map(({ folder: own, name }: Measured) => ({ href: addressed(own, { post: '', step: '' }), label: name, current: own === folder }))} />
  )
  return (
    <Screen title={t('place.analytics')} tabs={tabs} shape="analytics">
      {known.error.value !== null && <Failed error={known.error.value} retry={() => void known.load()} />}
      {found?.length === 0 && <Empty title={sta('none.processes')} hint={sta('none.processes.hint')} />}
      {folder && found && <Process folder={folder} />}
    </Screen>
  )
}

/** Where one begins: the process with most cases of late. */
const busiest = (found: Measured[]): string | undefined => [...found].sort((one, other) => other.recent - one.recent)[0]?.folder

function Process({ folder }: { folder: string }) {
  const { year, month } = momentOf(now.value)
  const given = asked()
  const periods = choices(year, month)
  const period = periodOf(given.period ?? '') ?? periodOf(periods.month[0]!)!
  const narrowed = Object.fromEntries(NARROWING.flatMap((name) => (given[name] ? [[name, given[name]]] : [])))
  const found = useResource(JSON.stringify([folder, period.name, narrowed]), (live) =>
    statistics(folder, { first: period.first, last: period.last, ...narrowed }, live))
  const content = found.content.value
  return (
    <>
      <Filters folder={folder} period={period} periods={periods} content={content} />
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {found.error.value === null && content && <Content folder={folder} period={period} statistics={content} />}
    </>
  )
}

function Content({ folder, period, statistics: content }: { folder: string; period: Period; statistics: Statistics }) {
  const given = asked().by as Way
  const by = WAYS.includes(given) ? given : 'step'
  const toStep = (step: string) => addressed(folder, { step })
  return (
    <>
      <FigureRow statistics={content} period={period} />
      {content.total.tasks === 0 && <Empty title={sta('none.tasks')} hint={sta('none.tasks.hint')} />}
      {content.total.tasks > 0 && (
        <>
          <div class="an-pair">
            <Institutions statistics={content} period={period} narrow={(institution) => addressed(folder, { institution })} />
            <div>
              <Heat statistics={content} narrow={toStep} />
              <Work statistics={content} by={by} way={(next) => addressed(folder, { by: next })} />
            </div>
          </div>
          <MetricRow statistics={content} period={period} />
          <Steps statistics={content} narrow={toStep} />
        </>
      )}
    </>
  )
}

/** Fetches the file as a link would; the server notes who took what. */
function take(choice: HTMLSelectElement, folder: string, { first, last }: Period): void {
  if (choice.value) location.assign(`/api/v1/analytics/processes/${encodeURIComponent(folder)}/export?${new URLSearchParams({ first, last, format: choice.value })}`)
  choice.value = ''
}

interface FiltersProps {
  folder: string
  period: Period
  periods: Record<Kind, string[]>
  content: Statistics | null
}

function Filters({ folder, period, periods, content }: FiltersProps) {
  const given = asked()
  const set = (changes: Asked) => navigate(addressed(folder, changes), { replace: true })
  const listed = KINDS.flatMap((kind) => periods[kind])
  return (
    <div class="filters" role="search">
      <label class="fld"><span class="l">{sta('period')}</span>
        <select class="in" value={period.name} onChange={(event) => set({ period: event.currentTarget.value })}>
          {!listed.includes(period.name) && <option value={period.name}>{periodWords(period)}</option>}
          {listed.map((name) => <option key={name} value={name}>{periodWords(periodOf(name)!)}</option>)}
        </select>
      </label>
      <label class="fld"><span class="l">{sta('institution')}</span>
        <select class="in" value={given.institution ?? ''} onChange={(event) => set({ institution: event.currentTarget.value })}>
          <option value="">{sta(content?.whole ?? true ? 'all.institutions' : 'all.own')}</option>
          {content?.choices.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
        </select>
      </label>
      <label class="fld"><span class="l">{sta('step')}</span>
        <select class="in" value={given.step ?? ''} onChange={(event) => set({ step: event.currentTarget.value })}>
          <option value="">{sta('all.steps')}</option>
          {content?.steps.map(({ step }) => <option key={`${step!.process}.${step!.element}`} value={`${step!.process}.${step!.element}`}>{step!.name}</option>)}
        </select>
      </label>
      <label class="fld"><span class="l">{sta('post')}</span>
        <select class="in" value={given.post ?? ''} onChange={(event) => set({ post: event.currentTarget.value })}>
          <option value="">{sta('all.posts')}</option>
          {content?.posts.map(({ post, postCode }) => <option key={postCode} value={postCode!}>{post}</option>)}
        </select>
      </label>
      <label class="fld"><span class="l">{sta('export')}</span>
        <select class="in" value="" onChange={(event) => take(event.currentTarget, folder, period)}>
          <option value="">{sta('export.choose')}</option>
          {FORMATS.map((format) => <option key={format} value={format}>{sta(`export.${format}`)}</option>)}
        </select>
      </label>
      {NARROWING.some((name) => given[name]) && <button type="button" class="btn q sm" onClick={() => set({ institution: '', post: '', step: '' })}>{sta('clear')}</button>}
    </div>
  )
}
