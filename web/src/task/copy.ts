/** Opening a copy is reading it. */
import { useEffect } from 'preact/hooks'
import { markCopyRead } from '../api/calls'
import { replaceRow, rows } from '../inbox/store'
import { giveHint } from '../live/hints'

export function useCopySeen(taskId: string): void {
  useEffect(() => {
    const row = rows.value.find(({ id }) => id === taskId)
    if (!row?.copyId || row.readAt) return
    replaceRow(taskId, { ...row, readAt: new Date().toISOString(), unread: false })
    markCopyRead(row.copyId).then(() => giveHint('tasks'), () => undefined)
  }, [taskId])
}
