/** Filtering the open box, keeping the filter as a view, and the views that there are: pinned, begun with, removed. */
import { useSignal } from '@preact/signals'
import { institutions } from '../api/administration'
import { startable } from '../api/calls'
import { particular } from '../api/problem'
import { chooseView, removeView, saveView, type Filter, type View } from '../api/views'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { either, joined, t, type Key } from '../i18n'
import { session } from '../session/session'
import { filter, learn, names } from './filter'
import { withoutSuffix } from './row'
import { box, filterBy, openFiltered } from './store'
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
      {VIEWED.includes(box.value) && Object.keys(draft.value).length > 0 && <Save draft={draft.value} />}
      <Views onClose={onClose} />
    </Dialog>
  )
}

interface ChoiceProps {
  label: string
  none: string
  value: string | undefined
  values: readonly (readonly [string, string])[]
  set: (value: string) => void
}

function Choice({ label, none, value = '', values, set }: ChoiceProps) {
  return (
    <label class="fld"><span class="l">{label}</span>
      <select class="in" value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">{none}</option>
        {values.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
    </label>
  )
}

/** Keeps the filter under a name. It may be shared with one's own posts and departments: each sees only his own tasks through it. */
function Save({ draft }: { draft: Filter }) {
  const name = useSignal('')
  const share = useSignal('')
  const error = useSignal('')
  const chairs = session.value!.capacities
  const shares = [
    ...chairs.map(({ id, institution, post }) => [`post ${id}`, either(`同岗位：${institution.name} ${post.name}`, `Same post: ${institution.name} ${post.nameEn}`)] as const),
    ...chairs.flatMap(({ id, institution, department }) => (department ? [[`department ${id}`, either(`同科室：${institution.name} ${department.name}`, `Same department: ${institution.name} ${department.name}`)] as const] : [])),
  ]
  const save = async () => {
    const [kind, capacityId] = share.value.split(' ')
    try {
      await saveView({ name: name.value.trim(), box: box.value, filter: draft, share: (kind || null) as View['share'], capacityId: capacityId ?? null })
      say(either(`视图“${name.value.trim()}”已保存并固定`, `View “${name.value.trim()}” saved and pinned`))
      filterBy(draft)
      name.value = error.value = ''
      await loadViews()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  return (
    <section class="st" aria-label={either('存为视图', 'Save as a view')}>
      <h3 class="small">{either(`存为视图（${t(`box.${box.value}`)}）`, `Save as a view (${t(`box.${box.value}`)})`)}</h3>
      <div class="two-fields">
        <label class="fld"><span class="l">{either('名称', 'Name')}</span><input class="in" maxLength={30} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /></label>
        <Choice label={either('谁能用', 'For whom')} none={either('只有我', 'Only me')} value={share.value} values={shares} set={(value) => (share.value = value)} />
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      <p><button type="button" class="btn" aria-disabled={!name.value.trim()} onClick={() => void (name.value.trim() && save())}>{either('存为视图', 'Save')}</button></p>
    </section>
  )
}

function Views({ onClose }: { onClose: () => void }) {
  const error = useSignal('')
  const act = async (change: () => Promise<void>) => {
    error.value = ''
    try {
      await change()
      await loadViews()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  const all = views.value ?? []
  if (!all.length) return null
  return (
    <section class="st" aria-label={t('list.views')}>
      <h3 class="small">{t('list.views')}</h3>
      <ul class="saved">
        {all.map((view) => (
          <li key={view.id}>
            <button type="button" class="link" onClick={() => {
              onClose()
              openFiltered(view.box, view.filter)
            }}>{view.name}</button>
            <span class="s d block">{joined(t(`box.${view.box}`), view.sharedWith, !view.mine && withoutSuffix(view.owner))}</span>
            <span class="fx">
              <button type="button" class="btn sm" aria-pressed={view.pinned} onClick={() => void act(() => chooseView(view.id, !view.pinned, view.preferred))}>{either('固定', 'Pin')}</button>
              <button type="button" class="btn sm" aria-pressed={view.preferred} onClick={() => void act(() => chooseView(view.id, view.pinned, !view.preferred))}>{either('打开时先看', 'Begin with it')}</button>
              {view.mine && <button type="button" class="btn q sm" aria-label={either(`删除视图“${view.name}”`, `Remove view “${view.name}”`)} onClick={() => void act(() => removeView(view.id))}>{either('删除', 'Remove')}</button>}
            </span>
          </li>
        ))}
      </ul>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </section>
  )
}
