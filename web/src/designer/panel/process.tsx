/** What a process says of itself: whether and by whom it may be started, its number, subject, key, urgency, sight. */
import { des } from '../../i18n/designer'
import { Act, Choice, Part, Switch, Text } from './controls'
import { institutions, nameIn, posts } from './directory'
import { add, extension, extensions, put, remove, text, write, type Subject } from './element'
import { Expression } from './expression'

const PERIODS = ['year', 'month', 'none'] as const
const WITHDRAW = ['first-act', 'any', 'never'] as const

export function ProcessFace({ subject }: { subject: Subject }) {
  const { model } = subject
  if (model.$type !== 'bpmn:Process') return <p class="s d2">{des('process.outside')}</p>
  const process = extension(model, 'Process')
  const of = (name: string) => text(process, name)
  const set = (attributes: Record<string, string | undefined>) => put(subject, 'Process', attributes)
  return (
    <>
      <Part title={des('process')}>
        <Text label={des('process.title')} value={of('title')} onValue={(title) => set({ title })} />
        <Text label={des('process.titleEn')} value={of('title-en')} onValue={(title) => set({ 'title-en': title })} />
        <Switch label={des('process.startable')} on={of('startable') === 'true'} onValue={(on) => set({ startable: on ? 'true' : '' })} />
        <Switch label={des('process.executable')} hint={des('process.executable.hint')} on={model.get('isExecutable') !== false} onValue={(on) => write(subject, model, { isExecutable: on })} />
        <Text label={des('process.pool')} mono value={of('pool')} hint={des('process.pool.hint')} onValue={(pool) => set({ pool })} />
        <Choice label={des('process.withdraw')} value={of('withdraw') || 'first-act'} choices={WITHDRAW.map((name) => [name, des(`withdraw.${name}`)])} onValue={(next) => set({ withdraw: next === 'first-act' ? '' : next })} />
        <Switch label={des('process.archive')} on={of('archive') === 'true'} onValue={(on) => set({ archive: on ? 'true' : '' })} />
        <Text label={des('process.version')} value={of('version-tag')} onValue={(tag) => set({ 'version-tag': tag })} />
      </Part>
      <Starters subject={subject} />
      <Part title={des('process.how')}>
        <Value subject={subject} name="Subject" label={des('process.subject')} hint={des('process.subject.hint')} />
        {extension(model, 'Subject') && <Expression label={des('process.masked')} model={model} value={text(extension(model, 'Subject'), 'masked')} hint={des('process.masked.hint')} onValue={(masked) => put(subject, 'Subject', { masked })} />}
        <Value subject={subject} name="Urgency" label={des('process.urgency')} hint={des('process.urgency.hint')} />
        <Value subject={subject} name="BusinessKey" label={des('process.key')} />
        <Value subject={subject} name="Owner" label={des('process.owner')} hint={des('process.owner.hint')} />
      </Part>
      <NumberPart subject={subject} />
      <Part title={des('process.visible')} add={des('process.visible.add')} onAdd={() => add(subject, 'Visible', { institution: institutions()[0]?.[0] ?? '' })}>
        {extensions(model, 'Visible').map((item, index) => (
          <div class="rule st" key={index}>
            <Expression label={des('rule.institution')} model={model} value={text(item, 'institution')} offers={institutions()} onValue={(institution) => institution && write(subject, item, { institution })} />
            <Expression label={des('process.visible.while')} kind="condition" model={model} value={text(item, 'while')} onValue={(condition) => write(subject, item, { while: condition })} />
            <Act onAct={() => remove(subject, item)}>{des('remove')}</Act>
          </div>
        ))}
      </Part>
    </>
  )
}

function Starters({ subject }: { subject: Subject }) {
  const starters = extensions(subject.model, 'Starter')
  return (
    <Part title={des('process.starters')} add={des('process.starter.add')} onAdd={() => add(subject, 'Starter', { post: posts()[0]?.[0] ?? 'POST' })}>
      {!starters.length && <p class="s d2">{des('process.starters.none')}</p>}
      {starters.map((starter, index) => (
        <div class="pair" key={index}>
          <Text label={des('rule.post')} value={text(starter, 'post')} offers={posts()} hint={nameIn(posts(), text(starter, 'post'))} onValue={(post) => post && write(subject, starter, { post })} />
          <Act label={des('remove')} onAct={() => remove(subject, starter)}>✕</Act>
        </div>
      ))}
    </Part>
  )
}

function Value({ subject, name, label, hint }: { subject: Subject; name: string; label: string; hint?: string }) {
  return <Expression label={label} model={subject.model} value={text(extension(subject.model, name), 'value')} hint={hint} onValue={(value) => put(subject, name, { value })} />
}

function NumberPart({ subject }: { subject: Subject }) {
  const number = extension(subject.model, 'Number')
  if (!number) return <Part title={des('process.number')} add={des('process.number.add')} onAdd={() => add(subject, 'Number', { category: 'CASE', variable: 'caseNo' })} />
  const set = (attributes: Record<string, string | undefined>) => put(subject, 'Number', attributes)
  return (
    <Part title={des('process.number')}>
      <Text label={des('process.number.category')} mono value={text(number, 'category')} onValue={(category) => category && set({ category })} />
      <Text label={des('process.number.variable')} mono value={text(number, 'variable')} onValue={(variable) => variable && set({ variable })} />
      <Choice label={des('process.number.period')} value={text(number, 'period') || 'year'} choices={PERIODS.map((name) => [name, des(`period.${name}`)])} onValue={(next) => set({ period: next === 'year' ? '' : next })} />
      <Act onAct={() => remove(subject, number)}>{des('remove')}</Act>
    </Part>
  )
}
