/** 退回: to which step, what ends with it, whether it comes straight back, and why. Steps that cannot be chosen say why not. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { returnTargets } from '../api/calls'
import type { ReturnTarget } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { Dialog } from '../frame/dialog'
import { Icon } from '../frame/icon'
import { useResource } from '../frame/resource'
import { Failed } from '../frame/states'
import { joined, t, type Key } from '../i18n'
import { subjectOf, withoutSuffix } from '../inbox/row'
import { sendBack } from './act'
import type { Leaf } from './leaf'

type Resume = 'again' | 'direct'
const PHRASES: Key[] = ['return.phrase.incomplete', 'return.phrase.department', 'return.phrase.check']

export default function ReturnDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const found = useResource(leaf.id, () => returnTargets(leaf.id))
  const chosen = useSignal<ReturnTarget | null>(null)
  const resume = useSignal<Resume>('again')
  const agreed = useSignal(false)
  const reason = useSignal(leaf.opinion.value)
  const error = useSignal('')
  const targets = found.content.value
  const possible = targets?.filter(({ refusal }) => !refusal) ?? []
  useEffect(() => {
    if (targets && !chosen.value) chosen.value = possible.find(({ previous }) => previous) ?? possible[0] ?? null
  }, [targets])
  const target = chosen.value
  const warned = Boolean(target && (target.ends.length || target.effects.length))
  const choose = (next: ReturnTarget) => {
    chosen.value = next
    agreed.value = false
    if (!next.direct) resume.value = 'again'
  }
  const say = (words: string) => {
    reason.value = words
    error.value = ''
  }
  const send = () => {
    if (!target) return
    if (warned && !agreed.value) return void (error.value = t('return.agree.missing'))
    if (!reason.value.trim()) {
      error.value = t('return.missing')
      return document.getElementById('return-reason')?.focus()
    }
    onClose()
    void sendBack(leaf, target, { reason: reason.value.trim(), resume: resume.value, endOthers: target.ends.length > 0, confirmed: target.effects.length > 0 })
  }
  const detail = leaf.detail.value!
  const [subject, number] = [subjectOf(detail), detail.instance.number ?? '']
  const footer = (
    <>
      <button type="button" class="btn push" onClick={onClose}>{t('frame.cancel')}</button>
      <button type="button" class="btn pri" aria-disabled={!target} onClick={send}>
        {target ? t('return.to', { name: target.persons.map(withoutSuffix).join(t('comma.items')) || target.name }) : t('return')}
      </button>
    </>
  )
  return (
    <Dialog title={t('return.title')} shape="sheet" onClose={onClose} footer={footer}>
      <p class="s d2 lead">{joined(subject, !subject.includes(number) && number)}</p>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {targets && !possible.length && <p class="d2">{t('return.nowhere')}</p>}
      <fieldset class="people">
        <legend class="vh">{t('return.title')}</legend>
        {targets?.map((one) => <Step key={one.element} target={one} on={one === target} onChoose={() => choose(one)} />)}
      </fieldset>
      {target && (
        <>
          <div class="fx resume">
            <span class="s d2" id="resume">{t('return.resume')}</span>
            <span class="seg" role="radiogroup" aria-labelledby="resume">
              {(['again', 'direct'] as const).map((one) => (
                <label key={one} class={resume.value === one ? 'on' : ''}>
                  <input type="radio" name="resume" checked={resume.value === one} disabled={one === 'direct' && !target.direct} onChange={() => (resume.value = one)} />
                  <span>{t(`return.${one}`)}</span>
                </label>
              ))}
            </span>
            {!target.direct && <span class="s d2">{t('return.direct.not')}</span>}
          </div>
          {warned && (
            <label class="note soon fx agree">
              <input type="checkbox" checked={agreed.value} onChange={(event) => (agreed.value = event.currentTarget.checked)} />
              <span>
                {target.ends.length > 0 && t('return.ends', { steps: target.ends.join(t('comma.items')) })}
                {target.effects.length > 0 && t('return.effects', { steps: target.effects.join(t('comma.items')) })}
              </span>
            </label>
          )}
          <div class="fld">
            <label for="return-reason">{t('return.reason')}<span class="req">{t('form.required')}</span></label>
            <textarea class="in" id="return-reason" rows={3} maxLength={500} data-autofocus="" value={reason.value} aria-invalid={Boolean(error.value)}
              aria-describedby={error.value ? 'return-error' : undefined} onInput={(event) => say(event.currentTarget.value)} />
            {error.value && <p class="err" id="return-error" role="alert">{error.value}</p>}
            <p class="fx s phrases">
              <span class="d2">{t('return.phrases')}</span>
              {PHRASES.map((key) => <button key={key} type="button" class="btn sm" onClick={() => say(t(key))}>{t(key)}</button>)}
            </p>
          </div>
        </>
      )}
    </Dialog>
  )
}

function Step({ target, on, onChoose }: { target: ReturnTarget; on: boolean; onChoose: () => void }) {
  const who = target.persons.map(withoutSuffix).join(t('comma.items'))
  const place = target.first ? t('return.first') : target.previous ? t('return.previous') : ''
  const time = <time class="s d" dateTime={target.decidedAt}>{when(target.decidedAt, now.value)}</time>
  if (target.refusal) {
    return (
      <div class="opt off">
        <Icon name="lock" />
        <span><b>{target.name}</b>　<span class="s">{who}</span></span>
        {time}
        <span class="s d2">{target.refusalText}</span>
      </div>
    )
  }
  return (
    <label class={`opt${on ? ' on' : ''}`}>
      <input type="radio" name="target" checked={on} onChange={onChoose} />
      <span><b>{target.name}</b>　<span class="s d2">{place ? t('return.who', { who, place }) : who}</span></span>
      {time}
    </label>
  )
}
