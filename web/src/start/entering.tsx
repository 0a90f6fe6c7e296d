/** 代录来件: the centre enters what an institution without a system has sent, and a case begins with it. */
import { useSignal } from '@preact/signals'
import { enterStart, startMessages } from '../api/proxy'
import { lazy } from '../frame/lazy'
import { useResource } from '../frame/resource'
import { either } from '../i18n'
import { navigate } from '../routing/router'

const EnterDialog = lazy(() => import('../cases/enter-message'))

export default function Entering() {
  const found = useResource('start-messages', startMessages)
  const entering = useSignal(false)
  const known = found.content.value
  if (!known?.messages.length || !known.institutions.length) return null
  return (
    <p class="fx entering">
      <span class="s d2">{either('没有信息系统的机构来函、来电？', 'A letter or a call from an institution without a system?')}</span>
      <button type="button" class="btn sm" aria-haspopup="dialog" onClick={() => (entering.value = true)}>{either('代录来件', 'Enter it')}</button>
      {entering.value && (
        <EnterDialog title={either('代录来件', 'Enter what has come')}
          lead={either('替没有信息系统的机构登记它的来函、传真或电话，登记后就建案。发生时间和登记时间都写进案件。', 'For an institution without a system: its letter, fax or call begins a case. Both times are kept.')}
          messages={known.messages.map(({ key, name, process, values, needed }) => ({ key, values, needed, words: `${process}（${name}）`, known: '' }))}
          institutions={known.institutions} receivers={known.receivers} enter={enterStart}
          onDone={(instance) => navigate(`/cases/${instance}`)} onClose={() => (entering.value = false)} />
      )}
    </p>
  )
}
