/** An open task of a run: who would get it and why, its form with values to be made up, and its outcomes. */
import { signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RunTask } from '../../api/rehearsals'
import type { Form, Node, Value, Values } from '../../api/types'
import { namesOf } from '../../form/names'
import { changes, isField, isOrnament, isRows, isSection, withDefaults, withValue } from '../../form/nodes'
import { Head, Sheet } from '../../form/sheet'
import { WritingContext, type Writing } from '../../form/writing'
import { narrow } from '../../frame/media'
import { either, joined } from '../../i18n'
import { reh } from '../../i18n/rehearsal'
import type { Uploads } from '../../task/uploads'
import { samples } from '../forms/samples'
import { dayTime } from '../moments'
import { add, busy, refusal } from './run'

/** Files go nowhere from a rehearsal. */
const NO_UPLOADS: Uploads = { waiting: signal([]), known: signal({}), learn: () => undefined, add: () => undefined, retry: () => undefined, remove: () => undefined, addressOf: () => '#', stop: () => undefined }

export function Task({ task }: { task: RunTask }) {
  const { form } = task
  const values = useSignal<Values>(useMemo(() => (form ? withDefaults(form.components, task.data) : {}), [task]))
  const opinion = useSignal('')
  const decide = (outcome: string) =>
    add({
      complete: task.element, process: task.process, nth: task.nth, outcome,
      ...(opinion.value.trim() ? { opinion: opinion.value.trim() } : {}),
      ...(form ? { data: changes(form.components, task.data, values.value) } : {}),
    })
  return (
    <article class="run-task" aria-label={task.name}>
      <h4>{task.name} <span class="s d2">{joined(reh('case', { n: task.instance }), task.dueAt && reh('due', { at: dayTime(task.dueAt) }))}</span></h4>
      <ul class="s" aria-label={reh('people')}>
        {task.people.slice(0, 4).map(({ staffNumber, name, post, institution, why }) => <li key={staffNumber}><b>{name}</b> {joined(institution, post, why)}</li>)}
        {task.peopleCount > 4 && <li class="d2">{reh('people.more', { n: task.peopleCount })}</li>}
        {!task.peopleCount && <li class="soon">{reh('people.nobody')}</li>}
      </ul>
      {form && <Filled form={form} values={values.value} write={(next) => (values.value = next)} />}
      <label class="fld"><span class="l">{reh('opinion')}</span><input class="in" value={opinion.value} onInput={(event) => (opinion.value = event.currentTarget.value)} /></label>
      <p class="fx">
        {form && <button type="button" class="btn q sm" onClick={() => (values.value = { ...filledIn(form.components), ...kept(values.value) })}>{reh('fill')}</button>}
        {task.outcomes.map(({ value, label, labelEn, kind }, index) => (
          <button key={value} type="button" class={`btn sm${index === 0 && kind === 'primary' ? ' pri' : ''}`} disabled={busy.value} onClick={() => void decide(value)}>{either(label, labelEn)}</button>
        ))}
      </p>
    </article>
  )
}

function Filled({ form, values, write }: { form: Form; values: Values; write: (values: Values) => void }) {
  const writing: Writing = {
    values, names: namesOf(form.components, values), faults: refusal.value?.fields ?? {}, uploads: NO_UPLOADS, narrow: narrow.value,
    write: (path, value) => write(withValue(values, path, value) as Values),
  }
  return (
    <details>
      <summary class="s">{reh('values')}</summary>
      <WritingContext.Provider value={writing}>
        <Head form={form} process="" number={null} />
        <Sheet form={form} />
      </WritingContext.Provider>
    </details>
  )
}

const blank = (value: Value | undefined): boolean => value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)
const kept = (values: Values): Values => Object.fromEntries(Object.entries(values).filter(([, value]) => !blank(value)))

/** A value for everything that a person may write. */
function filledIn(nodes: Node[]): Values {
  const shown = (node: Node): Node[] => {
    if (isOrnament(node)) return []
    if (isField(node)) return node.access === 'read' ? [] : [{ ...node, access: 'read' }]
    if (isSection(node) || isRows(node)) return [{ ...node, components: node.components.flatMap(shown) }]
    return []
  }
  return samples(nodes.flatMap(shown))
}
