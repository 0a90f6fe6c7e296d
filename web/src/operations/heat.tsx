/** The heat map of a process: its drawing tinted by how often, or for how long, each element was visited; the same as a table. */
import { useSignal } from '@preact/signals'
import type { HeatElement, HeatMap } from '../api/operated-types'
import { heatMap } from '../api/operations'
import { span } from '../clock/words'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { op } from '../i18n/operations'
import { navigate, query } from '../routing/router'
import { addressOf } from './filter'
import { Table } from './list'

const HeatDrawing = lazy(() => import('../diagram/heat'))
const WAYS = ['visits', 'median', 'p90', 'here', 'waiting'] as const
type Way = (typeof WAYS)[number]
const DAYS = ['7', '30', '90', '366']
const TINTS = 5

const asked = () => new URLSearchParams(query.value)
function ask(name: string, value: string): void {
  const next = asked()
  next.set(name, value)
  navigate(`${location.pathname}?${next}`, { replace: true })
}

export function Heat({ process }: { process: string }) {
  const given = asked()
  const version = given.get('version')
  const days = given.get('days') ?? '90'
  const found = useResource(JSON.stringify([process, version, days]), (live) => heatMap(process, { version, days }, live))
  const content = found.content.value
  if (found.error.value !== null) return <Failed error={found.error.value} retry={() => void found.load()} />
  return content ? <Content content={content} days={days} /> : null
}

function Content({ content, days }: { content: HeatMap; days: string }) {
  const by = useSignal<Way>('visits')
  const { process, versions, elements, cases } = content
  const counted = elements.some((element) => amount(element, by.value) > 0)
  return (
    <>
      <div class="filters">
        <label class="fld"><span class="l">{op('version')}</span>
          <select class="in" value={process.version} onChange={(event) => ask('version', event.currentTarget.value)}>{versions.map((version) => <option key={version} value={version}>v{version}</option>)}</select>
        </label>
        <label class="fld"><span class="l">{op('heat.days')}</span>
          <select class="in" value={days} onChange={(event) => ask('days', event.currentTarget.value)}>{DAYS.map((number) => <option key={number} value={number}>{op('heat.days.n', { n: number })}</option>)}</select>
        </label>
        <label class="fld"><span class="l">{op('heat.by')}</span>
          <select class="in" value={by.value} onChange={(event) => (by.value = event.currentTarget.value as Way)}>{WAYS.map((way) => <option key={way} value={way}>{op(`heat.${way}`)}</option>)}</select>
        </label>
      </div>
      <h2>{process.name} v{process.version}</h2>
      <p class="s d2">{op(`heat.${by.value}.about`, { n: cases })}</p>
      <HeatDrawing xml={content.xml} marks={marksOf(elements, by.value)} />
      {!counted && <Empty title={op('empty.heat')} hint={op('empty.heat.hint')} />}
      {counted && (
        <Table caption={op('heat')} heads={['step', 'heat.visits', 'heat.median', 'heat.p90', 'heat.here', 'heat.waiting']}>
          {[...elements].sort((one, other) => amount(other, by.value) - amount(one, by.value)).map((element) => (
            <tr key={element.element}>
              <th scope="row">{element.name}</th>
              {WAYS.map((way) => <td key={way} class={way === by.value ? '' : 'd2'}><Number element={element} way={way} process={process} days={days} /></td>)}
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}

/** A number of cases leads to them; what is a length of time does not. */
function Number({ element, way, process: { key, version }, days }: { element: HeatElement; way: Way; process: HeatMap['process']; days: string }) {
  const found = words(element, way)
  if (!element[way] || (way !== 'visits' && way !== 'here')) return <>{found}</>
  const step = way === 'here' ? { element: element.element, state: 'active' } : { passed: element.element, days: +days }
  return <a href={addressOf({ process: key, version, ...step })}>{found}</a>
}

const amount = (element: HeatElement, by: Way): number => element[by] ?? 0
const words = (element: HeatElement, by: Way): string =>
  element[by] === null ? '–' : by === 'visits' || by === 'here' || !element[by] ? String(element[by]) : span(element[by]! * 1000)

/** The hottest elements have the darkest of five tints; what was not counted has none. */
function marksOf(elements: HeatElement[], by: Way) {
  const most = Math.max(...elements.map((element) => amount(element, by)), 1)
  return elements.filter((element) => amount(element, by) > 0).map((element) => ({
    element: element.element,
    tint: Math.min(TINTS - 1, Math.floor((TINTS * amount(element, by)) / most)),
    words: words(element, by),
    title: `${element.name}：${words(element, by)}`,
  }))
}
