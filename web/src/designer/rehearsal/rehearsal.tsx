/**
 * The rehearsal at the foot of the designer: a bar with the virtual clock, and above it, while a run is on, what is open, awaited
 * and due, what the case knows and what has happened. The drawing shows its tokens; a sentence says where they are.
 */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Awaited, Rehearsal as Standing, RunStep } from '../../api/rehearsals'
import type { Values } from '../../api/types'
import { PersonPicker } from '../../administration/form'
import { Icon } from '../../frame/icon'
import { narrow } from '../../frame/media'
import { either, joined } from '../../i18n'
import { des } from '../../i18n/designer'
import { reh, type RehearsalKey } from '../../i18n/rehearsal'
import { can } from '../../session/session'
import { drawing, edits } from '../canvas/drawing'
import { nameOf } from '../canvas/outline'
import { dayTime } from '../moments'
import { current, design, findings } from '../state'
import { follow, paint } from './paint'
import { add, back, begin, busy, cover, coverage, keep, playable, refusal, run, standing, stop } from './run'
import { Task } from './task'
import './rehearsal.css'

export default function Rehearsal() {
  const found = standing.value
  const open = drawing.value
  // A change of the drawing draws its elements anew.
  const drawn = edits.value
  useEffect(() => {
    if (open) paint(open, found, coverage.value)
  }, [open, drawn, found, coverage.value, findings.value])
  useEffect(() => {
    // A phone shows the outline, where nothing can be brought into view.
    if (open && found && !narrow.peek()) requestAnimationFrame(() => drawing.peek() === open && follow(open, found))
  }, [open, found])
  useEffect(() => () => {
    stop()
    coverage.value = null
  }, [design.value?.id])
  return (
    <section class="rehearsal" aria-label={reh('title')} aria-busy={busy.value}>
      {refusal.value && <p class="note over" role="alert">{refusal.value.text}{Object.values(refusal.value.fields).map((text) => <span key={text} class="s"> {text}</span>)}</p>}
      {coverage.value && <Covered />}
      {found && <Desk found={found} />}
      <Bar found={found} />
    </section>
  )
}

/** Beijing time now, as a field for a time takes it. */
const hereAndNow = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16)

function Bar({ found }: { found: Standing | null }) {
  const process = useSignal('')
  const at = useSignal(hereAndNow())
  const sender = useSignal({ id: '', name: '' })
  const choices = playable.value
  const chosen = choices.find(({ id }) => id === process.value) ?? choices.find(({ file, startable }) => startable && file === current.value) ?? choices[0]
  const go = () => {
    const begun = found ? run.peek() : null
    if (chosen || begun) void begin(begun?.process ?? chosen!.id, begun?.at ?? new Date(`${at.value}:00+08:00`).toISOString(), begun ? (begun.by?.person ?? '') : sender.value.id)
  }
  const step = (next: RunStep) => () => void add(next)
  return (
    <div class="run-bar fx s">
      <button type="button" class="btn sm pri" disabled={busy.value || !chosen} onClick={go}><Icon name="play" />{reh(found ? 'again' : 'begin')}</button>
      {!found && (
        <>
          <select class="in" aria-label={reh('process')} value={chosen?.id ?? ''} onChange={(event) => (process.value = event.currentTarget.value)}>
            {choices.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
          <input class="in" type="datetime-local" aria-label={reh('at')} value={at.value} onInput={(event) => (at.value = event.currentTarget.value)} />
          <label class="vh" for="run-by">{reh('by')}</label>
          <PersonPicker id="run-by" kind="colleague" chosen={sender.value.id} named={sender.value.name} prompt={reh('by.any')} onChoose={(id, name) => (sender.value = { id, name })} />
        </>
      )}
      {found && (
        <>
          <button type="button" class="btn sm" disabled={busy.value || found.ended} onClick={() => void add(onward(found))}><Icon name="step" />{reh('step')}</button>
          <button type="button" class="btn sm" disabled={busy.value || !run.value?.steps.length} onClick={() => void back()}>{reh('back')}</button>
          <span class="fx nw" role="timer" aria-label={reh('clock')}><Icon name="clock" /><b>{dayTime(found.at)}</b></span>
          <button type="button" class="btn sm" disabled={busy.value} onClick={step({ advance: 'PT15M' })}>{reh('quarter')}</button>
          <button type="button" class="btn sm" disabled={busy.value} onClick={step({ advance: 'PT4H', calendar: 'ADMIN' })}>{reh('hours')}</button>
          <button type="button" class="btn sm" disabled={busy.value} onClick={step({ advance: 'P1D', calendar: 'ADMIN' })}>{reh('workday')}</button>
          <button type="button" class="btn sm" disabled={busy.value || !found.jobs.length} onClick={step({ toNextDeadline: true })}>{reh('deadline')}</button>
        </>
      )}
      <span class="d2 push" role="status">{busy.value ? reh('busy') : found ? joined(where(found), next(found)) : ''}</span>
      {found && <span class="d nw">{reh('passed', { percent: percent(found) })}</span>}
      <button type="button" class="btn sm" disabled={busy.value} onClick={() => (coverage.value ? (coverage.value = null) : void cover())}>{reh(coverage.value ? 'coverage.off' : 'coverage')}</button>
      {found && <button type="button" class="btn q sm" onClick={stop}>{reh('close')}</button>}
    </div>
  )
}

/** The oldest open task with its first outcome, else whatever falls due. */
function onward({ tasks: [task] }: Standing): RunStep {
  return task ? { complete: task.element, process: task.process, nth: task.nth, outcome: task.outcomes[0]!.value } : { toNextDeadline: true }
}

/** Name of an element, where it is drawn or a task; its id elsewhere. */
function nameIn(found: Standing, element: string): string {
  const shape = drawing.peek()?.get('elementRegistry').get(element)
  return found.tasks.find((task) => task.element === element)?.name ?? (shape ? nameOf(shape) : element)
}

function where(found: Standing): string {
  if (found.ended) return reh('ended')
  const waiting = [...new Set([...found.tasks.map(({ element }) => element), ...found.tokens.filter(({ state }) => state !== 'started').map(({ element }) => element)])]
  const names = [...new Set(waiting.map((element) => nameIn(found, element)))]
  return names.length ? reh('standing', { names: names.join(des('between')) }) : reh('nowhere')
}

/** How much of the processes in play was passed. */
function percent(found: Standing): number {
  const passed = new Set(found.passed.map(({ process, element }) => `${process} ${element}`))
  const processes = new Set(found.passed.map(({ process }) => process))
  const never = found.coverage.never.filter(({ process }) => processes.has(process)).length
  return Math.floor((passed.size * 100) / Math.max(passed.size + never, 1))
}

const kindOf = (kind: string): string => reh((['timer', 'remind', 'overdue', 'level2', 'level3'].includes(kind) ? `kind.${kind}` : 'kind.other') as RehearsalKey)

function next(found: Standing): string {
  const [job] = found.jobs
  return job && !found.ended ? reh('next', { name: job.element ? nameIn(found, job.element) : '', kind: kindOf(job.kind), at: dayTime(job.dueAt) }) : ''
}

function Desk({ found }: { found: Standing }) {
  return (
    <div class="run-desk" tabIndex={0} role="group" aria-label={reh('title')}>
      <section>
        <h3>{reh('tasks')}</h3>
        {found.tasks.map((task) => <Task key={`${run.value?.steps.length} ${task.process} ${task.element} ${task.nth}`} task={task} />)}
        {!found.tasks.length && <p class="s d2">{reh('tasks.none')}</p>}
        {can('design') && run.value && <Keep />}
      </section>
      <section>
        {found.incidents.length > 0 && <h3 class="over">{reh('incidents')}</h3>}
        {found.incidents.length > 0 && <ul class="s">{found.incidents.map(({ element, message }, index) => <li key={index} class="over">{joined(element && nameIn(found, element), message)}</li>)}</ul>}
        {found.waiting.length > 0 && <h3>{reh('waiting')}</h3>}
        {found.waiting.map((awaited, index) => <Waiting key={index} awaited={awaited} name={nameIn(found, awaited.element)} />)}
        {found.jobs.length > 0 && <h3>{reh('deadlines')}</h3>}
        <ul class="s">{found.jobs.slice(0, 8).map(({ element, kind, dueAt, error }, index) => <li key={index}>{joined(element && nameIn(found, element), kindOf(kind), dayTime(dueAt))}{error && <span class="over"> {error}</span>}</li>)}</ul>
        {found.messages.length > 0 && <h3>{reh('messages')}</h3>}
        <ul class="s">{found.messages.map(({ name, to }, index) => <li key={index}>{name}{to && ` → ${to}`}</li>)}</ul>
      </section>
      <section>
        <h3>{reh('timeline')}</h3>
        <ol class="s">{[...found.timeline].reverse().map(({ instance, item }, index) => <li key={index}><span class="d">{dayTime(item.at)} {reh('case', { n: instance })}</span> {joined(either(item.title, item.titleEn), item.person, either(item.detail, item.detailEn))}</li>)}</ol>
      </section>
      <section>
        <h3>{reh('variables')}</h3>
        <dl class="s run-values">{found.variables.map(({ name, instance, value }) => <div key={`${instance} ${name}`}><dt>{name} <span class="d">{instance}</span></dt><dd class="mono">{JSON.stringify(value)}</dd></div>)}</dl>
      </section>
    </div>
  )
}

/** Something that an element waits for, to be delivered with values of one's own. */
function Waiting({ awaited, name }: { awaited: Awaited; name: string }) {
  const text = useSignal('')
  const given = parsed(text.value)
  const { kind, element } = awaited
  const send = () => {
    if (given === undefined) return
    const steps: Record<string, RunStep> = {
      message: { message: awaited.name ?? '', element, data: given },
      signal: { signal: awaited.name ?? '', data: given },
      external: { external: element, result: given },
      trigger: { trigger: element, data: given },
    }
    if (steps[kind]) void add(steps[kind])
  }
  return (
    <div class="run-waiting s">
      <p><b>{name}</b> {reh(`waiting.${kind}` as RehearsalKey, { name: awaited.name ?? '' })}</p>
      {kind !== 'conditional' && (
        <p class="fx">
          <input class="in mono" aria-label={joined(name, reh('data'))} placeholder="{}" value={text.value} aria-invalid={given === undefined} onInput={(event) => (text.value = event.currentTarget.value)} />
          <button type="button" class="btn sm" disabled={busy.value || given === undefined} onClick={send}>{reh(kind === 'external' ? 'waiting.done' : 'waiting.send')}</button>
        </p>
      )}
      {given === undefined && <p class="err">{reh('data.wrong')}</p>}
    </div>
  )
}

/** The data as an object; undefined where the text is none. */
function parsed(text: string): Values | undefined {
  if (!text.trim()) return {}
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Values) : undefined
  } catch {
    return undefined
  }
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,59}$/

function Keep() {
  const name = useSignal('')
  const done = useSignal('')
  const save = async (event: Event) => {
    event.preventDefault()
    if (NAME.test(name.value) && (await keep(name.value))) done.value = reh('save.done', { name: name.value })
  }
  return (
    <form class="run-keep fx" onSubmit={(event) => void save(event)}>
      <input class="in" aria-label={reh('save.name')} placeholder={reh('save.hint')} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
      <button type="submit" class="btn sm" disabled={busy.value || !NAME.test(name.value)}>{reh('save')}</button>
      <span class="s d2" role="status">{done.value}</span>
    </form>
  )
}

function Covered() {
  const { scenarios, coverage: told } = coverage.value!
  const never = told.never.filter(({ element }) => drawing.value?.get('elementRegistry').get(element))
  return (
    <div class="run-covered s">
      {!scenarios.length && <p>{reh('coverage.none')}</p>}
      {scenarios.length > 0 && <p><b>{reh('coverage.told', { n: scenarios.length, percent: told.percent })}</b></p>}
      <ul>{scenarios.map(({ file, id, passed, reason }) => <li key={file} class={passed ? '' : 'over'}><b>{id}</b> {reh(passed ? 'coverage.passed' : 'coverage.failed')} {reason}</li>)}</ul>
      {scenarios.length > 0 && never.length > 0 && <p class="d2">{reh('coverage.never', { names: never.map(({ element }) => nameOf(drawing.value!.get('elementRegistry').get(element)!)).join(des('between')) })}</p>}
    </div>
  )
}
