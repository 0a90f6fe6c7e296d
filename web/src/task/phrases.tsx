/** 常用语 beside the opinion: chosen with thumb or keyboard, added to what stands there; kept here too. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import * as api from '../api/paper'
import { particular } from '../api/problem'
import type { Phrases } from '../api/types'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { either, t } from '../i18n'
import type { Leaf } from './leaf'

export default function PhrasesDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const found = useSignal<Phrases | null>(null)
  const failed = useSignal('')
  const editing = useSignal(false)
  const load = () => api.phrases().then((phrases) => (found.value = phrases), (failure) => (failed.value = particular(failure)))
  useEffect(() => void load(), [])

  const choose = (phrase: string) => {
    const written = leaf.opinion.value.trimEnd()
    leaf.opinion.value = written ? `${written}${/[，。；！？,.;!?]$/.test(written) ? '' : '，'}${phrase}` : phrase
    leaf.opinionError.value = ''
    onClose()
    requestAnimationFrame(() => document.getElementById('opinion')?.focus())
  }
  const keep = async (own: string[]) => {
    failed.value = ''
    try {
      await api.keepPhrases(own)
      editing.value = false
      say(either('常用语已保存', 'Phrases saved'))
      await load()
    } catch (failure) {
      failed.value = particular(failure)
    }
  }
  const phrases = found.value
  const opinion = leaf.opinion.value.trim()
  return (
    <Dialog title={t('phrases')} shape="sheet" onClose={onClose}>
      {failed.value && <p class="err" role="alert">{failed.value}</p>}
      {phrases && editing.value && <Editor own={phrases.own} onKeep={keep} />}
      {phrases && !editing.value && (
        <>
          <List title={either('我的', 'My own')} phrases={phrases.own} onChoose={choose} />
          {phrases.institutions.map(({ institution, phrases: offered }) => <List key={institution.code} title={institution.name} phrases={offered} onChoose={choose} />)}
          <p class="fx">
            {opinion && !phrases.own.includes(opinion) && <button type="button" class="btn sm" onClick={() => void keep([...phrases.own, opinion])}>{either('把当前意见加入常用语', 'Add the opinion to my phrases')}</button>}
            <button type="button" class="btn sm" onClick={() => (editing.value = true)}>{either('修改我的常用语', 'Change my phrases')}</button>
          </p>
        </>
      )}
    </Dialog>
  )
}

/** One list; arrow keys move in it. */
function List({ title, phrases, onChoose }: { title: string; phrases: string[]; onChoose: (phrase: string) => void }) {
  const move = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const buttons = [...(event.currentTarget as HTMLElement).closest('.body')!.querySelectorAll<HTMLElement>('.phrases button')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    buttons[(at + (event.key === 'ArrowDown' ? 1 : -1) + buttons.length) % buttons.length]?.focus()
    event.preventDefault()
  }
  if (!phrases.length) return null
  return (
    <section class="phrases" onKeyDown={move}>
      <h3 class="small">{title}</h3>
      <ul>{phrases.map((phrase) => <li key={phrase}><button type="button" class="btn q" onClick={() => onChoose(phrase)}>{phrase}</button></li>)}</ul>
    </section>
  )
}

function Editor({ own, onKeep }: { own: string[]; onKeep: (own: string[]) => Promise<void> }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const lines = () => field.current!.value.split('\n').map((line) => line.trim()).filter(Boolean)
  return (
    <div class="fld">
      <label for="phrases-own">{either('我的常用语，每行一条', 'My phrases, one a line')}</label>
      <textarea class="in" id="phrases-own" rows={8} ref={field} data-autofocus="" defaultValue={own.join('\n')} />
      <button type="button" class="btn pri" onClick={() => void onKeep(lines())}>{either('保存', 'Save')}</button>
    </div>
  )
}
