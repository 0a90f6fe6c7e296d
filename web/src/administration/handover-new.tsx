/** A new handover: whose, from when, a successor for each kind or for single things; what would come of it is shown at once. */
import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import * as api from '../api/handovers'
import type { Action, Choice, HandoverKind, HandoverPreview, PreviewItem } from '../api/handovers'
import { sentence } from '../api/problem'
import { say } from '../frame/toast'
import { org, type OrgKey } from '../i18n/organisation'
import { navigate, query } from '../routing/router'
import { FormDialog, PersonPicker, said, today } from './form'
import { Opens } from './table'

/** What may become of a thing of each kind. */
const ALLOWED: Record<string, Action[]> = {
  appointment: ['hand-on', 'end', 'leave'], member: ['hand-on', 'end', 'leave'], charge: ['hand-on', 'end', 'leave'], duty: ['hand-on', 'end', 'leave'],
  agent: ['hand-on', 'end', 'leave'], principal: ['end', 'leave'], task: ['hand-on', 'leave'], draft: ['hand-on', 'leave'], account: ['end', 'leave'],
  definition: ['leave'],
}

interface Wish {
  person: string
  kind: HandoverKind
  fromDate: string
  successors: Record<string, string>
  choices: Record<string, Choice>
}

export function NewHandover() {
  const wish = useSignal<Wish>({
    person: new URLSearchParams(query.value).get('person') ?? '', kind: 'leaving', fromDate: today(), successors: {}, choices: {},
  })
  const shown = useSignal<HandoverPreview | null>(null)
  const error = useSignal('')
  const { person } = wish.value
  useEffect(() => {
    if (!person) return
    let late = false
    const fetch = api.previewHandover(wish.value)
    void fetch.then(
      (preview) => {
        if (late) return
        shown.value = preview
        error.value = ''
      },
      (failure: unknown) => !late && (error.value = sentence(failure)),
    )
    return () => void (late = true)
  }, [wish.value])
  const change = (part: Partial<Wish>) => (wish.value = { ...wish.value, ...part })
  return (
    <>
      <p class="d2 lead">{org('handover.lead')}</p>
      <div class="form-fields org-search">
        <div class="fld">
          <label for="handover-person">{org('person')}</label>
          <PersonPicker id="handover-person" kind="person" chosen={shown.value?.name ?? person} onChoose={(chosen) => change({ person: chosen, successors: {}, choices: {} })} />
        </div>
        <fieldset class="seg"><legend class="vh">{org('kind')}</legend>
          {(['leaving', 'moving'] as const).map((kind) => (
            <label key={kind} class={wish.value.kind === kind ? 'on' : ''}>
              <input type="radio" name="handover-kind" checked={wish.value.kind === kind} onChange={() => change({ kind, choices: {} })} />
              <span>{org(`handover.${kind}`)}</span>
            </label>
          ))}
        </fieldset>
        <div class="fld">
          <label for="handover-day">{org('handover.day')}</label>
          <input class="in" id="handover-day" type="date" value={wish.value.fromDate} onChange={(event) => event.currentTarget.value && change({ fromDate: event.currentTarget.value, choices: {} })} />
        </div>
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      {shown.value && person && <Preview shown={shown.value} wish={wish} change={change} />}
    </>
  )
}

interface PreviewProps {
  shown: HandoverPreview
  wish: Signal<Wish>
  change: (part: Partial<Wish>) => void
}

function Preview({ shown, wish, change }: PreviewProps) {
  if (!shown.items.length) return <p class="d2">{org('handover.nothing')}</p>
  const kinds = [...new Set(shown.items.map(({ kind }) => kind))]
  const refused = shown.items.filter(({ refusal }) => refusal).length
  const send = async (reason: string) => {
    const { handover } = await api.startHandover({ ...wish.value, fromDate: shown.fromDate, fingerprint: shown.fingerprint, reason })
    say(org('handover.made', { name: shown.name }))
    navigate(`/administration/handovers/${handover}`)
  }
  return (
    <>
      {kinds.map((kind) => (
        <Kind key={kind} kind={kind} items={shown.items.filter((item) => item.kind === kind)} wish={wish.value} change={change} />
      ))}
      {refused > 0 && <p class="note soon">{org('handover.refused', { n: refused })}</p>}
      <p class="fx">
        <Opens words="handover.send" primary small={false} open={(close) => (
          <FormDialog title={org('handover.title', { name: shown.name, kind: org(`handover.${wish.value.kind}`) })} lead={org('handover.send.lead')}
            fields={[{ name: 'reason', label: 'reason', required: true }]} action={org('handover.send')} onSend={(values) => send(said(values, 'reason')!)} onClose={close} />
        )} />
      </p>
    </>
  )
}

interface KindProps {
  kind: string
  items: PreviewItem[]
  wish: Wish
  change: (part: Partial<Wish>) => void
}

function Kind({ kind, items, wish, change }: KindProps) {
  const allowed = ALLOWED[kind] ?? ['leave']
  const id = `successor-${kind}`
  const without = (successor: string) => {
    const { [kind]: _gone, ...others } = wish.successors
    const choices = Object.fromEntries(Object.entries(wish.choices).filter(([reference]) => !items.some((item) => item.reference === reference)))
    change({ successors: successor ? { ...others, [kind]: successor } : others, choices })
  }
  return (
    <section class="st org-part">
      <header class="fx"><h2 class="small">{org(`holding.${kind}` as OrgKey)} <span class="d2">{items.length}</span></h2></header>
      {kind === 'definition' && <p class="d2">{org('handover.definitions')}</p>}
      {allowed.includes('hand-on') && (
        <div class="fld org-search">
          <label for={id}>{org('successor.kind')}</label>
          <PersonPicker id={id} kind="person" chosen={wish.successors[kind] ?? ''} onChoose={without} />
          {wish.successors[kind] && <button type="button" class="btn q sm" onClick={() => without('')}>{org('successor.none')}</button>}
        </div>
      )}
      <ul class="holdings">
        {items.map((item) => <Holding key={item.reference} item={item} allowed={allowed} wish={wish} change={change} />)}
      </ul>
    </section>
  )
}

function Holding({ item, allowed, wish, change }: { item: PreviewItem; allowed: Action[]; wish: Wish; change: (part: Partial<Wish>) => void }) {
  const choose = (action: string, successor: string | null = null) =>
    change({ choices: { ...wish.choices, [item.reference]: { action: action as Action, successor } } })
  const single = useSignal(false)
  const label = org('choice.of', { name: item.name })
  return (
    <li>
      <div>
        <b>{item.name}</b> <span class="s d mono">{item.place}</span>
        {item.until && <span class="s d block">{org('until', { time: item.until.slice(0, 16).replace('T', ' ') })}</span>}
        {item.refusal && <p class="err">{item.refusal}</p>}
        {single.value && (
          <PersonPicker id={`one-${item.reference}`} kind="person" chosen={wish.choices[item.reference]?.successor ?? ''} onChoose={(chosen) => choose('hand-on', chosen)} />
        )}
      </div>
      {allowed.length > 1 && (
        <select class="in" aria-label={label} value={single.value ? 'hand-on' : item.action} onChange={(event) => {
          const action = event.currentTarget.value
          single.value = action === 'hand-on'
          if (action !== 'hand-on') choose(action)
        }}>
          {allowed.map((action) => <option key={action} value={action}>{org(`choice.${action}`)}</option>)}
        </select>
      )}
    </li>
  )
}
