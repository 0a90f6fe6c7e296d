/** 暂办: a task that one holds leaves the list until a time; it comes back earlier when anything happens to it. */
import { useSignal } from '@preact/signals'
import { putOff } from '../api/calls'
import { particular } from '../api/problem'
import { now } from '../clock/now'
import { DAY, HOUR, MINUTE, momentOf, when } from '../clock/words'
import { Dialog } from '../frame/dialog'
import { say } from '../frame/toast'
import { fromLocal, toLocal } from '../form/moment'
import { either } from '../i18n'
import { giveHint } from '../live/hints'
import { navigate } from '../routing/router'
import type { Leaf } from './leaf'

const MORNING = '08:30'
const MINUTES = 10

export default function PutOffDialog({ leaf, onClose }: { leaf: Leaf; onClose: () => void }) {
  const at = useSignal('')
  const error = useSignal('')
  const send = async (until: string | null) => {
    error.value = ''
    try {
      await putOff(leaf.id, until)
      giveHint('tasks')
      say(until ? either(`已暂办，${when(until, now.value)}再出现`, `Put off until ${when(until, now.value)}`) : either('已放回待我办', 'Back in the list'))
      onClose()
      if (until) navigate('/inbox/todo')
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  const own = fromLocal('datetime', at.value)
  const due = leaf.detail.value?.dueAt
  return (
    <Dialog title={either('暂办', 'Put off')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" aria-disabled={!own} onClick={() => void (own && send(own))}>{either('到这个时间', 'Until then')}</button>}>
      <p class="d2 lead">{either('先放一放，到时再回到待我办。期间有人催办、退回或改派，会立即回来。期限照算。', 'It leaves the list and comes back at its time, or when anything happens to it. Its term runs on.')}{due && either(`最晚到期限 ${when(due, now.value)}。`, ` ${when(due, now.value)} at the latest, when its term ends.`)}</p>
      <p class="fx lead">
        {choices(now.value).filter(([until]) => !due || until <= Date.parse(due)).map(([until, words], at) => (
          <button key={words} type="button" class="btn" data-autofocus={at ? undefined : ''} onClick={() => void send(new Date(until).toISOString())}>{words} <span class="s d">{when(new Date(until).toISOString(), now.value)}</span></button>
        ))}
        <button type="button" class="btn q" onClick={() => void send(null)}>{either('不再暂办', 'Not any more')}</button>
      </p>
      <div class="fld">
        <label for="put-off">{either('另选时间', 'Another time')}</label>
        <input class="in" id="put-off" type="datetime-local" value={at.value} onInput={(event) => (at.value = event.currentTarget.value)} />
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}

/** In some minutes, in an hour, tomorrow morning, and on the morning of the next Monday. */
function choices(at: number): [number, string][] {
  const morning = (days: number): number => Date.parse(fromLocal('datetime', `${toLocal('datetime', new Date(at + days * DAY).toISOString()).slice(0, 10)}T${MORNING}`)!)
  const toMonday = (8 - momentOf(at).weekday) % 7 || 7
  return [
    [at + MINUTES * MINUTE, either(`${MINUTES} 分钟后`, `In ${MINUTES} minutes`)],
    [at + HOUR, either('1 小时后', 'In an hour')],
    [morning(1), either('明天上午', 'Tomorrow')],
    ...(toMonday > 1 ? [[morning(toMonday), either('下周一', 'Monday')] as [number, string]] : []),
  ]
}
