/** The rules that find people, each as a sentence that opens into its fields. */
import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { PersonPicker } from '../../administration/form'
import { joined } from '../../i18n'
import { des, type DesKey } from '../../i18n/designer'
import type { ModdleElement } from '../canvas/moddle'
import { writable } from '../state'
import { Act, Choice, Part, Switch, Text } from './controls'
import { namedPeople } from '../../api/designs'
import { bodies, businessLines, departments, institutions, institutionTypes, nameIn, personCalled, posts } from './directory'
import { add, extensions, listed, move, ownAttributes, remove, text, toggled, write, type Subject } from './element'
import { Expression } from './expression'
import { formsOf } from './names'

/** Rule -> what it takes, as `engine/kernel/assign_reader.py` has it. */
const RULES: Record<string, readonly string[]> = {
  post: ['post', 'department', 'place', 'missing'],
  person: ['person'],
  starter: [],
  ancestor: ['post', 'type', 'place'],
  head: ['department', 'line', 'place', 'missing'],
  superior: ['of', 'levels', 'until', 'each', 'missing'],
  leader: ['department', 'line', 'matter', 'place'],
  duty: ['department', 'post', 'place'],
  chosen: ['by', 'post', 'place'],
  field: ['field'],
  body: ['body', 'roles', 'place'],
  expression: ['value'],
}
const PLACES = ['own', 'starter', 'receiving', 'lead'] as const
const BODY_ROLES = ['chair', 'vice-chair', 'secretary', 'member'] as const

type RuleName = 'Assign' | 'Copy' | 'Recuse' | 'Secretary' | 'Fallback'

export function Rules({ subject, name, title, adding }: { subject: Subject; name: RuleName; title: string; adding: string }) {
  const rules = extensions(subject.model, name)
  // What a ready element leaves to be said is asked for at once.
  const unsaid = rules.findIndex((rule) => lacks(rule) !== null)
  const open = useSignal<number | null>(unsaid < 0 ? null : unsaid)
  return (
    <Part title={title} add={adding} onAdd={() => {
      open.value = rules.length
      add(subject, name, { rule: 'post' })
    }}>
      <ol class="seats">
        {rules.map((rule, index) => (
          <li key={index}>
            <div class="seat-line">
              <span class="seal" aria-hidden="true">{index + 1}</span>
              <button type="button" class="seat" aria-expanded={open.value === index} onClick={() => (open.value = open.value === index ? null : index)}>
                <b>{whoSays(rule)}</b><span class="s d2 block">{whereSays(rule)}</span>
              </button>
              {rules.length > 1 && <Act label={des('seat.up', { n: index + 1 })} onAct={() => index > 0 && (move(subject, rule, -1), (open.value = null))}>↑</Act>}
              <Act label={des('seat.remove', { n: index + 1 })} onAct={() => {
                open.value = null
                remove(subject, rule)
              }}>✕</Act>
            </div>
            {open.value === index && <Rule subject={subject} rule={rule} seat={name === 'Assign' || name === 'Fallback'} />}
          </li>
        ))}
      </ol>
    </Part>
  )
}

/** What a rule cannot do without. */
const NEEDED: Record<string, DesKey> = { post: 'rule.post', person: 'rule.person', body: 'rule.body', ancestor: 'rule.post', field: 'rule.variable', expression: 'rule.value' }

function lacks(rule: ModdleElement): DesKey | null {
  const kind = text(rule, 'rule')
  const name = kind === 'ancestor' ? 'post' : kind === 'expression' ? 'value' : kind
  return kind in NEEDED && !text(rule, name) ? NEEDED[kind]! : null
}

/** Who a rule finds, in a few words. */
export function whoSays(rule: ModdleElement): string {
  const kind = text(rule, 'rule')
  const unsaid = lacks(rule)
  if (unsaid) return des('rule.unsaid', { what: des(unsaid) })
  const post = text(rule, 'post')
  const of = (name: string) => text(rule, name)
  switch (kind) {
    case 'post':
    case 'ancestor':
    case 'chosen':
      return joined(kind !== 'post' && des(`rule.${kind}` as DesKey), post && nameIn(posts(), post))
    case 'person':
      return nameOfPerson(of('person')) ?? des('rule.person.unknown')
    case 'duty':
      return joined(des('rule.duty'), post && nameIn(posts(), post))
    case 'field':
      return `${des('rule.field')} ${of('field')}`
    case 'body':
      return nameIn(bodies(of('institution')), of('body')) || des('rule.body')
    case 'expression':
      return of('value') || des('rule.expression')
    default:
      return kind in RULES ? des(`rule.${kind}` as DesKey) : kind
  }
}

function whereSays(rule: ModdleElement): string {
  const of = (name: string) => text(rule, name)
  const takesPlace = RULES[of('rule')]?.includes('place')
  const place = of('institution') ? nameIn(institutions(), of('institution')) : takesPlace ? des(`at.${of('at') || 'own'}` as DesKey) : ''
  const department = of('department') && nameIn(departments(of('institution')), of('department'))
  return joined(place, department, of('line') && nameIn(businessLines(), of('line')), of('role') && des('rule.role', { role: of('role') }), of('chair') === 'true' && des('rule.chair')) || des(`rule.${of('rule')}.about` as DesKey)
}

/** A change of the rule takes away what the new one does not take. */
function changed(rule: ModdleElement, next: string): Record<string, string | undefined> {
  const takes = (RULES[next] ?? []).flatMap((name) => (name === 'place' ? ['institution', 'at'] : [name]))
  const gone = Object.keys(ownAttributes(rule)).filter((name) => ![...takes, 'rule', 'role', 'chair'].includes(name))
  return { ...Object.fromEntries(gone.map((name) => [name, undefined])), rule: next }
}

function Rule({ subject, rule, seat }: { subject: Subject; rule: ModdleElement; seat: boolean }) {
  const kind = text(rule, 'rule')
  const set = (attributes: Record<string, string | undefined>) => write(subject, rule, attributes)
  const takes = (name: string) => RULES[kind]?.includes(name) ?? false
  const shared = { subject, rule, set }
  return (
    <div class="rule st">
      <Choice label={des('rule')} value={kind} choices={Object.keys(RULES).map((name) => [name, des(`rule.${name}` as DesKey)])} hint={kind in RULES ? des(`rule.${kind}.about` as DesKey) : undefined}
        onValue={(next) => set(changed(rule, next))} />
      {takes('post') && <Text label={des('rule.post')} value={text(rule, 'post')} offers={posts()} hint={named(posts(), text(rule, 'post'))} onValue={(post) => set({ post })} />}
      {takes('person') && <Person {...shared} />}
      {takes('place') && <Place {...shared} />}
      {takes('department') && <Expression label={des('rule.department')} model={subject.model} value={text(rule, 'department')} offers={departments(text(rule, 'institution'))} hint={named(departments(text(rule, 'institution')), text(rule, 'department'))} onValue={(department) => set({ department })} />}
      {takes('line') && <Expression label={des('rule.line')} model={subject.model} value={text(rule, 'line')} offers={businessLines()} onValue={(line) => set({ line })} />}
      {takes('matter') && <Text label={des('rule.matter')} value={text(rule, 'matter')} onValue={(matter) => set({ matter })} />}
      {takes('type') && <Text label={des('rule.type')} value={text(rule, 'type')} hint={des('rule.type.hint', { types: institutionTypes().join(' ') })} onValue={(type) => set({ type })} />}
      {takes('of') && <Superior {...shared} />}
      {takes('by') && <Choice label={des('rule.by')} value={text(rule, 'by')} choices={(['starter', 'previous'] as const).map((by) => [by, des(`by.${by}`)])} onValue={(by) => set({ by })} />}
      {takes('field') && <Text label={des('rule.variable')} value={text(rule, 'field')} offers={fieldsOf()} onValue={(field) => set({ field })} />}
      {takes('body') && <Body {...shared} />}
      {takes('value') && <Expression label={des('rule.value')} kind="expression" model={subject.model} value={text(rule, 'value')} onValue={(value) => set({ value })} />}
      {takes('missing') && kind !== 'superior' && <Choice label={des('rule.missing')} value={text(rule, 'missing') || 'empty'} choices={[['empty', des('missing.empty')], ['up', des('missing.up')]]} onValue={(missing) => set({ missing: missing === 'empty' ? '' : missing })} />}
      {seat && <Text label={des('rule.roleName')} value={text(rule, 'role')} hint={des('rule.roleName.hint')} onValue={(role) => set({ role })} />}
      {seat && <Switch label={des('rule.chair')} on={text(rule, 'chair') === 'true'} onValue={(on) => set({ chair: on ? 'true' : '' })} />}
    </div>
  )
}

interface Given {
  subject: Subject
  rule: ModdleElement
  set: (attributes: Record<string, string | undefined>) => void
}

const named = (codes: readonly (readonly [string, string])[], code: string): string | undefined => codes.find(([other]) => other === code)?.[1]

function Place({ subject, rule, set }: Given) {
  const institution = text(rule, 'institution')
  const value = institution ? 'institution' : text(rule, 'at') || 'own'
  const asked = useSignal(false)
  return (
    <>
      <Choice label={des('rule.place')} value={asked.value ? 'institution' : value} choices={[...PLACES.map((at): [string, string] => [at, des(`at.${at}`)]), ['institution', des('at.institution')]]}
        onValue={(next) => {
          asked.value = next === 'institution'
          if (next !== 'institution') set({ institution: '', at: next === 'own' ? '' : next })
        }} />
      {(asked.value || institution) && (
        <Expression label={des('rule.institution')} model={subject.model} value={institution} offers={institutions()} hint={named(institutions(), institution)}
          onValue={(next) => {
            asked.value = false
            set({ institution: next, at: '' })
          }} />
      )}
    </>
  )
}

/** What a reference to a person is called; undefined where nobody is called that. */
function nameOfPerson(reference: string): string | undefined {
  if (reference.includes('$')) return reference
  const found = personCalled(reference)
  return found === undefined ? '…' : found ? joined(found.name, found.institution, found.post) : undefined
}

/** Kept by staff number, which means the same person in every store. */
function Person({ subject, rule, set }: Given) {
  const reference = text(rule, 'person')
  const typed = useSignal(reference.includes('$'))
  const id = useId()
  return (
    <>
      {typed.value ? (
        <Expression label={des('rule.person')} model={subject.model} value={reference} hint={des('rule.person.hint')} onValue={(person) => set({ person })} />
      ) : (
        <div class="fld">
          <label for={id}>{des('rule.person')}</label>
          <PersonPicker id={id} kind="staff" look={found} chosen={reference} named={reference && (nameOfPerson(reference) ?? des('rule.person.unknown'))} onChoose={(person) => set({ person })} />
        </div>
      )}
      {writable.value && <button type="button" class="link s" onClick={() => (typed.value = !typed.value)}>{des(typed.value ? 'rule.person.asName' : 'rule.person.asExpression')}</button>}
    </>
  )
}

const found = async (q: string) => (await namedPeople(q)).map(({ staffNumber, name, post, institution }) => ({ value: staffNumber, name, more: joined(institution, post) }))

function Superior({ rule, set }: Given) {
  const until = text(rule, 'until')
  return (
    <>
      <Choice label={des('rule.of')} value={text(rule, 'of') || 'starter'} choices={(['starter', 'previous'] as const).map((of) => [of, des(`of.${of}`)])} onValue={(of) => set({ of: of === 'starter' ? '' : of })} />
      <Text label={des('rule.levels')} value={text(rule, 'levels')} offers={[['1', ''], ['2', ''], ['top', des('levels.top')]]} hint={des('rule.levels.hint')} onValue={(levels) => set({ levels, ...(levels ? { until: '' } : {}) })} />
      <Text label={des('rule.until')} value={until} offers={posts()} hint={named(posts(), until)} onValue={(next) => set({ until: next, ...(next ? { levels: '' } : {}) })} />
      <Switch label={des('rule.each')} on={text(rule, 'each') === 'true'} onValue={(on) => set({ each: on ? 'true' : '' })} />
      <Choice label={des('rule.missing')} value={text(rule, 'missing') || 'up'} choices={[['up', des('missing.pass')], ['empty', des('missing.empty')]]} onValue={(missing) => set({ missing: missing === 'up' ? '' : missing })} />
    </>
  )
}

function Body({ subject, rule, set }: Given) {
  const roles = listed(rule, 'roles')
  return (
    <>
      <Expression label={des('rule.body.code')} model={subject.model} value={text(rule, 'body')} offers={bodies(text(rule, 'institution'))} hint={named(bodies(text(rule, 'institution')), text(rule, 'body'))} onValue={(body) => set({ body })} />
      <fieldset class="ticks">
        <legend class="s d2">{des('rule.roles')}</legend>
        {BODY_ROLES.map((role) => (
          <label key={role}><input type="checkbox" checked={roles.includes(role)} onChange={(event) => set({ roles: toggled(roles, role, event.currentTarget.checked) })} />{des(`body.${role}`)}</label>
        ))}
      </fieldset>
    </>
  )
}

/** Fields of the design's forms that could name a person. */
function fieldsOf(): [string, string][] {
  return [...formsOf().values()].flatMap(({ fields }) => fields.map(({ key, label }): [string, string] => [key, label]))
}
