/** Filtering the open box, keeping the filter as a view, and the views that there are: pinned, begun with, removed. */
import { useSignal } from '@preact/signals'
import { institutions } from '../api/administration'
import { startable } from '../api/calls'
import type { Filter, View } from '../api/views'
import { Choice } from '../frame/choice'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { either, t, type Key } from '../i18n'
import { filter, learn, names } from './filter'
import { box, filterBy, openFiltered } from './store'
import { SavedViews } from '../views/saved'
import { SaveView } from '../views/save'
import { loadViews, views } from './views'

const VIEWED = ['todo', 'claimable', 'soon', 'overdue']

export default function FilterDialog({ onClose }: { onClose: () => void }) {
  const draft = useSignal<Filter>(filter.value)
  const places = useResource('institutions', async () => {
    const found = await institutions()
    learn(found.map(({ code, shortName }) => [`institution ${code}`, shortName]))
    return found
  }).content.value
  useResource('processes', async () => learn((await startable()).map(({ key, name, nameEn, title }) => [`process ${key}`, either(title ?? name, nameEn)])))
  const processes = [...names.value].flatMap(([code, name]) => (code.startsWith('process ') ? [[code.slice('process '.length), name] as const] : []))
  const set = (part: keyof Filter) => (value: string) => {
    const { [part]: _, ...rest } = draft.value
    draft.value = value ? { ...rest, [part]: value } : rest
  }
  const use = () => {
    filterBy(draft.value)
    onClose()
  }
  const saved = async () => {
    filterBy(draft.value)
    await loadViews()
  }
  const open = (view: View) => {
    onClose()
    openFiltered(view.box, view.filter)
  }
  return (
    <Dialog title={either('筛选与视图', 'Filters and views')} shape="sheet" onClose={onClose}>
      <section class="st" aria-label={either('筛选', 'Filter')}>
        <div class="two-fields">
          <Choice label={t('list.process')} none={t('list.allProcesses')} value={draft.value.process} values={processes} set={set('process')} />
          <Choice label={either('机构', 'Institution')} none={either('全部机构', 'All institutions')} value={draft.value.institution} values={(places ?? []).map(({ code, shortName }) => [code, shortName])} set={set('institution')} />
          <Choice label={either('缓急', 'Urgency')} none={either('不分', 'Any')} value={draft.value.urgency} values={['E', 'U', 'R'].map((code) => [code, t(`urgency.${code}` as Key)])} set={set('urgency')} />
          <Choice label={either('期限', 'Due')} none={either('不限', 'Any time')} value={draft.value.due} values={['today', 'week'].map((code) => [code, t(`due.${code}` as Key)])} set={set('due')} />
        </div>
        <p class="fx">
          <button type="button" class="btn pri" onClick={use}>{either('筛选', 'Show')}</button>
          <button type="button" class="btn q" onClick={() => (draft.value = {})}>{t('empty.search.clear')}</button>
        </p>
      </section>
      {VIEWED.includes(box.value) && Object.keys(draft.value).length > 0 && <SaveView box={box.value} words={t(`box.${box.value}`)} filter={draft.value} saved={saved} />}
      <SavedViews views={views.value ?? []} words={(view) => t(`box.${view.box}`)} reload={loadViews} open={open} />
    </Dialog>
  )
}
