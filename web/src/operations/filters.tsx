/** The conditions by which an operator finds cases: the usual ones in a line, the others below it, each that is on in sight. */
import { useSignal } from '@preact/signals'
import type { FoundBy, InstanceFilter } from '../api/operated-types'
import { foundBy, processes } from '../api/operations'
import { Choice } from '../frame/choice'
import { useResource } from '../frame/resource'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { ask } from './asking'
import { beginning, dayOf, following, OPERATORS } from './filter'

const STATES = ['active', 'incident', 'suspended', 'completed', 'cancelled', 'terminated'] as const
const NOTHING: FoundBy = { attributes: [], versions: [], elements: [] }
const OTHERS = ['version', 'businessKey', 'element', 'passed', 'days', 'startedFrom', 'startedUntil', 'where'] as const

export function Filters({ filter }: { filter: InstanceFilter }) {
  const known = useResource('processes', processes).content.value ?? []
  const by = useResource(`found by ${filter.process ?? ''}`, () => foundBy(filter.process)).content.value ?? NOTHING
  const others = OTHERS.some((name) => filter[name] !== undefined)
  const steps = by.elements.filter(({ name }) => name).map(({ element, name }) => [element, name!] as const)
  return (
    <form class="filters case-filters" role="search" onSubmit={(event) => {
      event.preventDefault()
      ask({ q: String(new FormData(event.currentTarget).get('q') ?? '').trim() })
    }}>
      <Written label={op('filter.q')} type="search" name="q" value={filter.q} set={(q) => ask({ q })} />
      <Choice label={op('process')} none={op('filter.all')} value={filter.process} values={known.map(({ process }) => [process.key, process.name])} set={(process) => ask({ process })} />
      <Choice label={op('state')} none={op('filter.all')} value={filter.state} values={STATES.map((state) => [state, t(`state.${state}`)])} set={(state) => ask({ state })} />
      <details class="more-filters" open={others}>
        <summary>{op('filter.more')}</summary>
        <div class="filters">
          {filter.process && (
            <>
              <Choice label={op('version')} none={op('filter.all')} value={String(filter.version ?? '')} values={by.versions.map((version) => [String(version), `v${version}`])} set={(version) => ask({ version: Number(version) || undefined })} />
              <Choice label={op('filter.element')} none={op('filter.any')} value={filter.element} values={steps} set={(element) => ask({ element })} />
              <Choice label={op('filter.passed')} none={op('filter.any')} value={filter.passed} values={steps} set={(passed) => ask({ passed })} />
            </>
          )}
          <Written label={op('filter.key')} value={filter.businessKey} set={(businessKey) => ask({ businessKey })} />
          <Written label={op('filter.from')} type="date" value={dayOf(filter.startedFrom)} set={(day) => ask({ startedFrom: beginning(day), days: undefined })} />
          <Written label={op('filter.until')} type="date" value={dayOf(filter.startedUntil, 1)} set={(day) => ask({ startedUntil: following(day) })} />
          {filter.days && <button type="button" class="btn q sm" onClick={() => ask({ days: undefined })}>{op('filter.days', { n: filter.days })} ×</button>}
        </div>
        <Where where={filter.where ?? []} by={by} />
      </details>
      {Object.keys(filter).length > 0 && <button type="button" class="btn q sm" onClick={() => ask(Object.fromEntries(Object.keys(filter).map((name) => [name, undefined])))}>{t('empty.search.clear')}</button>}
    </form>
  )
}

/** A field that asks when it is left. */
function Written({ label, value = '', set, ...field }: { label: string; value: string | undefined; type?: string; name?: string; set: (value: string) => void }) {
  return (
    <label class="fld"><span class="l">{label}</span>
      <input class="in" {...field} maxLength={100} key={value} defaultValue={value} onBlur={(event) => event.currentTarget.value.trim() !== value && set(event.currentTarget.value.trim())} />
    </label>
  )
}

/** Conditions on what the processes are searched by: each that is on can be taken off, and one more be written. */
function Where({ where, by }: { where: string[]; by: FoundBy }) {
  const name = useSignal('')
  const operator = useSignal<string>('=')
  const value = useSignal('')
  const labels = new Map(by.attributes.map((found) => [found.name, found.label]))
  const words = (condition: string) => condition.replace(/^\S+/, (found) => labels.get(found) ?? found)
  const add = () => {
    if (!name.value || !value.value.trim()) return
    ask({ where: [...where, `${name.value} ${operator.value} ${value.value.trim()}`] })
    value.value = ''
  }
  return (
    <div class="st">
      {where.length > 0 && (
        <ul class="fx" aria-label={op('filter.where')}>
          {where.map((condition) => (
            <li key={condition}><button type="button" class="btn sm" aria-label={op('filter.off', { words: words(condition) })} onClick={() => ask({ where: where.filter((other) => other !== condition) })}>{words(condition)} ×</button></li>
          ))}
        </ul>
      )}
      {by.attributes.length ? (
        <div class="filters" role="group" aria-label={op('filter.where')}>
          <Choice label={op('filter.name')} none={op('filter.choose')} value={name.value} values={by.attributes.map((found) => [found.name, found.label])} set={(found) => (name.value = found)} />
          <label class="fld"><span class="l">{op('filter.operator')}</span>
            <select class="in" value={operator.value} onChange={(event) => (operator.value = event.currentTarget.value)}>
              {OPERATORS.map((sign) => <option key={sign} value={sign}>{op(`operator.${sign}`)}</option>)}
            </select>
          </label>
          <label class="fld"><span class="l">{op('value')}</span>
            <input class="in" maxLength={100} value={value.value} onInput={(event) => (value.value = event.currentTarget.value)} onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.isComposing) return
              event.preventDefault()
              add()
            }} />
          </label>
          <button type="button" class="btn" aria-disabled={!name.value || !value.value.trim()} onClick={add}>{op('filter.add')}</button>
        </div>
      ) : <p class="s d2">{op('filter.nothing')}</p>}
    </div>
  )
}
