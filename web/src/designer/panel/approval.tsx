/** How a task is decided: who signs, by which policy, with which outcomes, and what it decides by itself. */
import { useSignal } from '@preact/signals'
import { joined } from '../../i18n'
import { des, type DesKey } from '../../i18n/designer'
import { branchRefusal, onlyWay } from '../canvas/inserting'
import type { ModdleElement } from '../canvas/moddle'
import { writable } from '../state'
import { Rules } from './assign'
import { Act, Choice, Part, Segments, Switch, Text } from './controls'
import { institutions } from './directory'
import { add, extension, extensions, listed, put, remove, text, toggled, write, type Subject } from './element'
import { Expression } from './expression'
import { rolesOf, userTasks } from './names'

const MODES = ['single', 'pool', 'all', 'any', 'order', 'vote'] as const
const SEVERAL = ['all', 'any', 'order', 'vote']
const REFUSALS: Record<string, readonly string[]> = { all: ['now', 'end'], any: ['now', 'end'], order: ['now', 'back'], vote: ['now', 'veto'] }
/** Attributes that mean nothing in another mode; the gate refuses them there. */
const OF_VOTE = ['threshold', 'base', 'quorum', 'early', 'chair-last', 'motions', 'ballot']
const OPERATIONS = ['transfer', 'delegate', 'add-before', 'add-after', 'add-beside', 'copy', 'circulate', 'urge', 'batch'] as const
const KINDS = ['primary', 'negative', 'neutral', 'adjourn'] as const

export function Approval({ subject }: { subject: Subject }) {
  const { model } = subject
  const approval = extension(model, 'Approval')
  const mode = text(approval, 'mode') || 'single'
  const several = SEVERAL.includes(mode)
  const set = (attributes: Record<string, string | undefined>) => put(subject, 'Approval', attributes)
  return (
    <>
      <Segments label={des('approval.mode')} value={mode} choices={MODES.map((name) => [name, des(`mode.${name}`)])} onValue={(next) => set(modeChanged(approval, next))} />
      <p class="s d2">{des(`mode.${mode}.about` as DesKey)}</p>
      <Rules subject={subject} name="Assign" title={several ? des('seats') : des('people')} adding={several ? des('seat.add') : des('people.add')} />
      <Outcomes subject={subject} />
      <Policy subject={subject} mode={mode} set={set} />
      <Automatic subject={subject} />
      <Apart subject={subject} />
      {several && <Rules subject={subject} name="Recuse" title={des('recuse')} adding={des('people.add')} />}
      {several && <Rules subject={subject} name="Secretary" title={des('secretary')} adding={des('people.add')} />}
      <Rules subject={subject} name="Copy" title={des('copies')} adding={des('people.add')} />
      <Operations subject={subject} />
    </>
  )
}

function modeChanged(approval: ModdleElement | undefined, mode: string): Record<string, string | undefined> {
  const gone: Record<string, undefined> = {}
  if (mode !== 'vote') for (const name of OF_VOTE) gone[name] = undefined
  if (!REFUSALS[mode]?.includes(text(approval, 'refusal'))) gone.refusal = undefined
  if (!SEVERAL.includes(mode)) gone.abstain = undefined
  return { ...gone, mode: mode === 'single' ? '' : mode }
}

interface PolicyProps {
  subject: Subject
  mode: string
  set: (attributes: Record<string, string | undefined>) => void
}

function Policy({ subject, mode, set }: PolicyProps) {
  const approval = extension(subject.model, 'Approval')
  const of = (name: string) => text(approval, name)
  const refusals = REFUSALS[mode]
  return (
    <Part title={des('policy')}>
      {refusals && <Choice label={des('refusal')} value={of('refusal') || 'now'} choices={refusals.map((name) => [name, des(`refusal.${mode}.${name}` as DesKey)])} onValue={(next) => set({ refusal: next === 'now' ? '' : next })} />}
      {mode === 'vote' && (
        <>
          <Expression label={des('threshold')} model={subject.model} value={of('threshold')} hint={des('threshold.hint')} onValue={(threshold) => set({ threshold })} />
          <Choice label={des('base')} value={of('base') || 'expected'} choices={(['expected', 'present', 'voted'] as const).map((name) => [name, des(`base.${name}`)])} onValue={(next) => set({ base: next === 'expected' ? '' : next })} />
          <Expression label={des('quorum')} model={subject.model} value={of('quorum')} hint={des('quorum.hint')} onValue={(quorum) => set({ quorum })} />
          <Switch label={des('early')} on={of('early') !== 'false'} onValue={(on) => set({ early: on ? '' : 'false' })} />
          <Expression label={des('motions')} model={subject.model} value={of('motions')} hint={des('motions.hint')} onValue={(motions) => set(motions ? { motions } : { motions, ballot: '' })} />
          {of('motions') && <Switch label={des('ballot.secret')} on={of('ballot') === 'secret'} onValue={(on) => set({ ballot: on ? 'secret' : '', ...(on ? { early: '' } : {}) })} />}
          <Switch label={des('chairLast')} on={of('chair-last') === 'true'} onValue={(on) => set({ 'chair-last': on ? 'true' : '' })} />
        </>
      )}
      {SEVERAL.includes(mode) && <Choice label={des('abstain')} value={of('abstain')} choices={[['', des('abstain.default')], ['base', des('abstain.base')], ['out', des('abstain.out')]]} onValue={(abstain) => set({ abstain })} />}
      <Choice label={des('signature')} value={of('signature') || 'none'} choices={(['none', 'offered', 'required'] as const).map((name) => [name, des(`signature.${name}`)])} onValue={(next) => set({ signature: next === 'none' ? '' : next })} />
    </Part>
  )
}

function Outcomes({ subject }: { subject: Subject }) {
  const outcomes = extensions(subject.model, 'Outcome')
  const open = useSignal<number | null>(null)
  return (
    <Part title={des('outcomes')} add={des('outcome.add')} onAdd={() => {
      open.value = outcomes.length
      add(subject, 'Outcome', next(outcomes))
    }}>
      {!outcomes.length && <p class="s d2">{des('outcomes.none')}</p>}
      <Branch subject={subject} outcomes={outcomes} />
      <ol class="seats">
        {outcomes.map((outcome, index) => (
          <li key={index}>
            <div class="seat-line">
              <button type="button" class="seat" aria-expanded={open.value === index} onClick={() => (open.value = open.value === index ? null : index)}>
                <b>{text(outcome, 'label') || text(outcome, 'value')}</b>
                <span class="s d2 block">{joined(des(`kind.${text(outcome, 'kind') || 'primary'}` as DesKey), text(outcome, 'opinion') === 'required' && des('opinion.required'), text(outcome, 'fields'))}</span>
              </button>
              <Act label={des('outcome.remove', { name: text(outcome, 'label') })} onAct={() => {
                open.value = null
                remove(subject, outcome)
              }}>✕</Act>
            </div>
            {open.value === index && <Outcome subject={subject} outcome={outcome} />}
          </li>
        ))}
      </ol>
    </Part>
  )
}

/** A refusal that goes on like a consent is hardly meant: one press leads it to an end of its own. */
function Branch({ subject: { drawing, shape }, outcomes }: { subject: Subject; outcomes: readonly ModdleElement[] }) {
  const refusal = outcomes.find((outcome) => text(outcome, 'kind') === 'negative')
  const way = onlyWay(shape)
  if (!refusal || !way || !writable.value || way.target!.type.endsWith('Gateway')) return null
  const named = { value: text(refusal, 'value'), label: text(refusal, 'label') || text(refusal, 'value') }
  return <p class="s soon">{des('outcome.branch.hint')} <button type="button" class="btn sm" onClick={() => branchRefusal(drawing, shape, named)}>{des('outcome.branch', { name: named.label })}</button></p>
}

/** What an added outcome begins as: the kinds that an approval needs, one after the other. */
function next(outcomes: readonly ModdleElement[]): Record<string, string> {
  const kinds = new Set(outcomes.map((outcome) => text(outcome, 'kind') || 'primary'))
  if (!kinds.has('primary')) return { value: 'agree', label: '同意', 'label-en': 'Approve', kind: 'primary' }
  if (!kinds.has('negative')) return { value: 'refuse', label: '不同意', 'label-en': 'Reject', kind: 'negative', opinion: 'required' }
  return { value: `other${outcomes.length}`, label: '其他', 'label-en': 'Other', kind: 'neutral' }
}

function Outcome({ subject, outcome }: { subject: Subject; outcome: ModdleElement }) {
  const of = (name: string) => text(outcome, name)
  const set = (attributes: Record<string, string | undefined>) => write(subject, outcome, attributes)
  const kind = of('kind') || 'primary'
  const roles = listed(outcome, 'for')
  return (
    <div class="rule st">
      <Text label={des('outcome.label')} value={of('label')} onValue={(label) => set({ label })} />
      <Text label={des('outcome.labelEn')} value={of('label-en')} onValue={(label) => set({ 'label-en': label })} />
      <Text label={des('outcome.value')} mono value={of('value')} hint={des('outcome.value.hint', { id: subject.model.id ?? '', value: of('value') })} onValue={(value) => value && set({ value })} />
      <Choice label={des('outcome.kind')} value={kind} choices={KINDS.map((name) => [name, des(`kind.${name}`)])} onValue={(value) => set({ kind: value })} />
      <Switch label={des('opinion.required')} on={of('opinion') === 'required'} onValue={(on) => set({ opinion: on ? 'required' : '' })} />
      <Switch label={des('outcome.partial')} hint={des('outcome.partial.hint')} on={(of('partial') || String(kind === 'negative')) === 'true'} onValue={(on) => set({ partial: on === (kind === 'negative') ? '' : String(on) })} />
      <Text label={des('outcome.fields')} mono value={of('fields')} hint={des('outcome.fields.hint')} onValue={(fields) => set({ fields })} />
      <Roles label={des('for')} roles={rolesOf(subject.model)} chosen={roles} onValue={(value) => set({ for: value })} />
    </div>
  )
}

/** The roles of a step that something is meant for; none chosen is everybody. */
export function Roles({ label, roles, chosen, onValue }: { label: string; roles: readonly string[]; chosen: readonly string[]; onValue: (value: string) => void }) {
  return (
    <fieldset class="ticks">
      <legend class="s d2">{label}</legend>
      {[...new Set([...roles, ...chosen])].map((role) => (
        <label key={role}><input type="checkbox" checked={chosen.includes(role)} onChange={(event) => onValue(toggled(chosen, role, event.currentTarget.checked))} />{roleName(role)}</label>
      ))}
    </fieldset>
  )
}

const RESERVED = ['added', 'advice', 'chair', 'reader']

export const roleName = (role: string): string => (RESERVED.includes(role) ? des(`role.${role}` as DesKey) : role)

function Automatic({ subject }: { subject: Subject }) {
  const auto = extension(subject.model, 'Auto')
  const of = (name: string) => text(auto, name)
  const choice = (name: 'empty' | 'starter' | 'repeated', codes: readonly string[]) => (
    <Choice label={des(`auto.${name}`)} value={of(name) || codes[0]!} choices={codes.map((code) => [code, des(`auto.${name}.${code}` as DesKey)])}
      onValue={(value) => put(subject, 'Auto', { [name]: value === codes[0] ? '' : value })} />
  )
  return (
    <Part title={des('auto')}>
      {choice('empty', ['administrator', 'pass', 'refuse', 'fallback', 'block'])}
      {of('empty') === 'fallback' && <Rules subject={subject} name="Fallback" title={des('fallback')} adding={des('people.add')} />}
      {choice('starter', ['self', 'skip', 'superior', 'head'])}
      {choice('repeated', ['none', 'adjacent', 'first', 'last'])}
    </Part>
  )
}

function Apart({ subject }: { subject: Subject }) {
  const own = userTasks(subject.model).filter(([id]) => id !== subject.model.id)
  return (
    <Part title={des('apart')} add={des('apart.add')} onAdd={() => add(subject, 'Apart', { from: 'starter' })}>
      {extensions(subject.model, 'Apart').map((apart, index) => {
        const chosen = listed(apart, 'elements')
        // Steps of other processes are named with their process.
        const tasks = [...own, ...chosen.filter((id) => !own.some(([known]) => known === id)).map((id): [string, string] => [id, id])]
        const set = (attributes: Record<string, string | undefined>) => write(subject, apart, attributes)
        return (
          <div class="rule st" key={index}>
            <Switch label={des('apart.starter')} on={text(apart, 'from') === 'starter'} onValue={(on) => set({ from: on ? 'starter' : '' })} />
            <fieldset class="ticks tall-list">
              <legend class="s d2">{des('apart.elements')}</legend>
              {tasks.map(([id, name]) => (
                <label key={id}><input type="checkbox" checked={chosen.includes(id)} onChange={(event) => set({ elements: toggled(chosen, id, event.currentTarget.checked) })} />{name}</label>
              ))}
            </fieldset>
            {chosen.length > 0 && <Choice label={des('apart.rounds')} value={text(apart, 'rounds') || 'all'} choices={(['all', 'last'] as const).map((rounds) => [rounds, des(`apart.rounds.${rounds}`)])} onValue={(rounds) => set({ rounds: rounds === 'all' ? '' : rounds })} />}
            <Expression label={des('apart.institution')} model={subject.model} value={text(apart, 'institution')} offers={institutions()} onValue={(institution) => set({ institution })} />
            {text(apart, 'institution') && <Text label={des('apart.months')} value={text(apart, 'months')} onValue={(months) => set({ months })} />}
            <Act onAct={() => remove(subject, apart)}>{des('remove')}</Act>
          </div>
        )
      })}
    </Part>
  )
}

function Operations({ subject }: { subject: Subject }) {
  const approval = extension(subject.model, 'Approval')
  const said = approval?.get('operations') !== undefined
  const chosen = said ? listed(approval, 'operations') : OPERATIONS.filter((name) => name !== 'batch')
  return (
    <Part title={des('operations')}>
      <fieldset class="ticks">
        <legend class="vh">{des('operations')}</legend>
        {OPERATIONS.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={(chosen as readonly string[]).includes(name)} onChange={(event) => put(subject, 'Approval', { operations: toggled(chosen, name, event.currentTarget.checked) || ' ' })} />{des(`operation.${name}`)}
          </label>
        ))}
      </fieldset>
      <Buttons subject={subject} />
    </Part>
  )
}

const BUTTONS = ['transfer', 'delegate', 'add-before', 'add-after', 'add-beside', 'copy', 'circulate', 'return'] as const

/** Operations that are called otherwise here, or are not there for some roles. */
function Buttons({ subject }: { subject: Subject }) {
  return (
    <>
      {extensions(subject.model, 'Button').map((button, index) => {
        const off = text(button, 'off') === 'true'
        const set = (attributes: Record<string, string | undefined>) => write(subject, button, attributes)
        return (
          <div class="rule st" key={index}>
            <Choice label={des('button')} value={text(button, 'name')} choices={BUTTONS.map((name) => [name, des(name === 'return' ? 'operation.return' : `operation.${name}`)])} onValue={(name) => set({ name })} />
            <Switch label={des('button.off')} on={off} onValue={(on) => set(on ? { off: 'true', label: '', 'label-en': '' } : { off: '', label: des(`operation.${text(button, 'name')}` as DesKey) })} />
            {!off && <Text label={des('outcome.label')} value={text(button, 'label')} onValue={(label) => label && set({ label })} />}
            {!off && <Text label={des('outcome.labelEn')} value={text(button, 'label-en')} onValue={(label) => set({ 'label-en': label })} />}
            <Roles label={des('for')} roles={rolesOf(subject.model)} chosen={listed(button, 'for')} onValue={(value) => set({ for: value })} />
            <Act onAct={() => remove(subject, button)}>{des('remove')}</Act>
          </div>
        )
      })}
      <Act onAct={() => add(subject, 'Button', { name: 'return', off: 'true' })}>＋ {des('button.add')}</Act>
    </>
  )
}
