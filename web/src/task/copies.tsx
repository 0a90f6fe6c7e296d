/** Who has a read-only copy of the task, whether it was read, and what was said on it; who is asked for an opinion gives it here. */
import { useSignal } from '@preact/signals'
import * as api from '../api/calls'
import { sentence } from '../api/problem'
import type { CopyLine } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { say } from '../frame/toast'
import { joined, t, type Key } from '../i18n'
import { withoutSuffix } from '../inbox/row'
import { giveHint } from '../live/hints'
import type { Leaf } from './leaf'

export default function Copies({ leaf }: { leaf: Leaf }) {
  const { copies } = leaf.detail.value!
  const own = copies.find(({ asks }) => asks)
  return (
    <section class="copies" aria-labelledby="copies">
      <h3 id="copies">{t('copies.title', { n: copies.length, read: copies.filter(({ readAt }) => readAt).length })}</h3>
      <ul>{copies.map((copy) => <Line key={copy.person + copy.reason} copy={copy} />)}</ul>
      {own && <Answer leaf={leaf} copyId={own.id!} />}
    </section>
  )
}

function Line({ copy }: { copy: CopyLine }) {
  const sender = copy.sentBy && t('copies.by', { name: withoutSuffix(copy.sentBy) })
  return (
    <li>
      <span><b>{withoutSuffix(copy.person)}</b> <span class="s d">{joined(t(`copies.${copy.reason}` as Key), sender)}</span></span>
      <span class={`s ${copy.readAt ? 'd2' : 'pen'}`}>{copy.readAt ? t('copies.read', { at: when(copy.readAt, now.value) }) : t('copies.unread')}</span>
      {copy.opinion && <q>{copy.opinion}</q>}
    </li>
  )
}

function Answer({ leaf, copyId }: { leaf: Leaf; copyId: string }) {
  const words = useSignal('')
  const error = useSignal('')
  const send = async () => {
    if (!words.value.trim()) return void (error.value = t('copies.missing'))
    try {
      await api.answerCopy(copyId, words.value.trim())
      say(t('copies.answered'))
      await leaf.load()
      giveHint('tasks')
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <div class="fld answer">
      <label for="copy-opinion">{t('copies.asks')}</label>
      <textarea class="in" id="copy-opinion" rows={2} maxLength={2000} value={words.value} aria-invalid={Boolean(error.value)}
        onInput={(event) => { words.value = event.currentTarget.value; error.value = '' }} />
      {error.value && <p class="err" role="alert">{error.value}</p>}
      <button type="button" class="btn pri sm" onClick={() => void send()}>{t('copies.answer')}</button>
    </div>
  )
}
