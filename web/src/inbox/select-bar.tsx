/** The bar over the list while rows are being chosen; 批量同意 agrees to each of them on its own. */
import { useSignal } from '@preact/signals'
import * as api from '../api/calls'
import { sentence } from '../api/problem'
import type { Agreed, TaskRow } from '../api/types'
import { Icon } from '../frame/icon'
import { narrow } from '../frame/media'
import { say } from '../frame/toast'
import { t } from '../i18n'
import { useCommands } from '../keyboard/use-commands'
import { giveHint } from '../live/hints'
import { loadSending } from '../sending/store'
import { chooseAll, chosen, chosenRows, results, stopSelecting } from './selection'
import { replaceRow, rows } from './store'

/** The server takes so many at once. */
const AT_ONCE = 100

async function agreeTo(chosenNow: TaskRow[]): Promise<void> {
  const found: { row: TaskRow; result: Agreed }[] = []
  for (let at = 0; at < chosenNow.length; at += AT_ONCE) {
    const part = chosenNow.slice(at, at + AT_ONCE)
    const answer = await api.agree(part.map(({ id, revision }) => ({ id, revision })))
    found.push(...answer.results.map((result) => ({ row: part.find(({ id }) => id === result.id)!, result })))
  }
  for (const { row, result } of found) if (result.done) replaceRow(row.id, null)
  // What was not done stays ticked, so that it can be looked at one by one.
  chosen.value = new Set(found.filter(({ result }) => !result.done).map(({ row }) => row.id))
  if (!chosen.value.size) stopSelecting()
  results.value = found
  giveHint('tasks')
  void loadSending()
}

export function SelectBar() {
  const busy = useSignal(false)
  const all = rows.value.length
  const number = chosenRows.value.length
  const act = async () => {
    if (busy.value || !number) return
    busy.value = true
    await agreeTo(chosenRows.value).catch((failure: unknown) => say(sentence(failure)))
    busy.value = false
  }
  useCommands([
    { keys: 'Escape', act: stopSelecting, always: true },
    { keys: 'e', act: () => void act() },
  ])
  return (
    <div class="select-bar" role="toolbar" aria-label={t('bulk.bar')}>
      <input type="checkbox" aria-label={t('bulk.all', { n: all })} checked={all > 0 && number === all}
        ref={(field) => void (field && (field.indeterminate = number > 0 && number < all))} onChange={(event) => chooseAll(event.currentTarget.checked)} />
      <b role="status">{t('bulk.chosen', { n: number })}</b>
      <span class="push fx">
        <button type="button" class="btn pri sm" aria-disabled={busy.value || !number} onClick={() => void act()}>{t('bulk.agree')}{!narrow.value && <kbd aria-hidden="true">E</kbd>}</button>
        <button type="button" class="btn sm" aria-label={t('bulk.stop')} onClick={stopSelecting}><Icon name="x" /></button>
      </span>
    </div>
  )
}
