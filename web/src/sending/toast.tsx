/** What waits to be sent: each with the seconds that are left and a way back, for as long as the server holds it. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { clockSkew } from '../api/client'
import type { TaskRow } from '../api/types'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import { subjectOf } from '../inbox/row'
import { useCommands } from '../keyboard/use-commands'
import { sending, sendNow, startSending, undo } from './store'

const TICK_MS = 250
/** Lines of their own that there is room for; more of them are told together. */
const most = (): number => (narrow.value ? 1 : 3)

/** Seconds until a decision is sent, 0 when it is on its way. */
export function useSecondsLeft(until: string | null | undefined): number {
  const left = useSignal(secondsTo(until))
  useEffect(() => {
    left.value = secondsTo(until)
    const timer = setInterval(() => (left.value = secondsTo(until)), TICK_MS)
    return () => clearInterval(timer)
  }, [until])
  return left.value
}

function secondsTo(until: string | null | undefined): number {
  return until ? Math.max(0, Math.ceil((Date.parse(until) - Date.now() - clockSkew.value) / 1000)) : 0
}

/** 已同意，8 秒后发出。 */
export function sendingWords(row: TaskRow, left: number): string {
  const outcome = row.heldLabel ?? ''
  if (!left) return t('sending.now', { outcome })
  return t(outcome.includes('已') ? 'sending.in.itself' : 'sending.in', { outcome, n: left })
}

export function SendingToasts() {
  useEffect(startSending, [])
  const rows = sending.value
  useCommands([{ keys: 'z', act: () => void (rows.length && undo(rows.length > most() ? rows : rows.slice(-1))) }])
  if (!rows.length) return null
  return (
    <div class="sending" role="region" aria-label={t('sending')}>
      {rows.length > most() ? <Many rows={rows} /> : rows.map((row, at) => <One key={row.id} row={row} last={at === rows.length - 1} />)}
    </div>
  )
}

function One({ row, last }: { row: TaskRow; last: boolean }) {
  const left = useSecondsLeft(row.heldUntil)
  return (
    <div class="toast">
      <span class="vh" role="status">{t('sending.told', { outcome: row.heldLabel ?? '' })}</span>
      <span class="words" aria-hidden="true">
        <span>{sendingWords(row, left)}</span>
        <span class="s about">{subjectOf(row)}</span>
      </span>
      <Bar until={row.heldUntil!} key={row.heldUntil} />
      <Buttons rows={[row]} last={last} />
    </div>
  )
}

function Many({ rows }: { rows: TaskRow[] }) {
  const first = rows.reduce((one, row) => (row.heldUntil! < one.heldUntil! ? row : one))
  const left = useSecondsLeft(first.heldUntil)
  return (
    <div class="toast">
      <span class="vh" role="status">{t('sending.many.told', { n: rows.length })}</span>
      <span class="words" aria-hidden="true">{left ? t('sending.many', { n: rows.length, s: left }) : t('sending.many.now', { n: rows.length })}</span>
      <Bar until={first.heldUntil!} key={first.heldUntil} />
      <Buttons rows={rows} last />
    </div>
  )
}

function Buttons({ rows, last }: { rows: TaskRow[]; last: boolean }) {
  return (
    <>
      <button type="button" class="btn sm" onClick={() => void undo(rows)}>{t(rows.length > 1 ? 'sending.undoAll' : 'sending.undo')}{last && !narrow.value && <kbd aria-hidden="true">Z</kbd>}</button>
      <button type="button" class="btn q sm" onClick={() => void sendNow(rows)}>{t('sending.send')}</button>
    </>
  )
}

/** Runs down until the decision is sent; how long that is from now is all it needs to know. */
function Bar({ until }: { until: string }) {
  return <i class="left" style={{ animationDuration: `${Math.max(0, Date.parse(until) - Date.now() - clockSkew.value)}ms` }} />
}
