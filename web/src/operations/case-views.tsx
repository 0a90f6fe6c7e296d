/** Saved views of cases: those that are pinned over the list with how many cases they find, all of them in a dialog. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { InstanceFilter } from '../api/operated-types'
import { caseViews } from '../api/views'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { t } from '../i18n'
import { op } from '../i18n/operations'
import { navigate, query } from '../routing/router'
import { SaveView } from '../views/save'
import { SavedViews } from '../views/saved'
import { addressOf } from './filter'

/** Whether the page has begun with the view that the person begins with; later an empty filter is what he asked for. */
let begun = false

export function CaseViews({ filter }: { filter: InstanceFilter }) {
  const found = useResource('case views', caseViews)
  const open = useSignal(false)
  const views = found.content.value
  const asks = Object.keys(filter).length > 0
  useEffect(() => {
    if (!views || begun) return
    begun = true
    const first = views.find(({ preferred }) => preferred)
    if (first && !query.value) navigate(addressOf(first.filter), { replace: true })
  }, [views])
  const here = addressOf(filter)
  return (
    <div class="fx" role="group" aria-label={t('list.views')}>
      {(views ?? []).filter(({ pinned }) => pinned).map((view) => (
        <a key={view.id} class="btn sm" href={addressOf(view.filter)} aria-current={addressOf(view.filter) === here ? 'true' : undefined}>
          {view.name}{view.count !== null && <span class="n"> {view.count > COUNTED ? `${COUNTED}+` : view.count}</span>}
        </a>
      ))}
      {((views?.length ?? 0) > 0 || asks) && <button type="button" class="btn q sm" onClick={() => (open.value = true)}>{op('views')}</button>}
      {open.value && (
        <Dialog title={op('views')} shape="sheet" onClose={() => (open.value = false)}>
          {asks && <SaveView box="instances" words={op('instances')} filter={filter} saved={found.load} />}
          <SavedViews views={views ?? []} words={() => ''} reload={found.load} open={(view) => {
            open.value = false
            navigate(addressOf(view.filter))
          }} />
        </Dialog>
      )}
    </div>
  )
}

export const COUNTED = 10_000
