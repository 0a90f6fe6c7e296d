/** The inbox: boxes as tabs, the list, and the open task beside it or, on the phone, in its place. */
import { useEffect } from 'preact/hooks'
import type { Box, Counts } from '../api/types'
import { lazy } from '../frame/lazy'
import { narrow } from '../frame/media'
import { BarEnd, Screen, useTitle } from '../frame/screen'
import { Empty, Unknown } from '../frame/states'
import { Tabs, type Tab } from '../frame/tabs'
import { t } from '../i18n'
import { navigate, parts } from '../routing/router'
import { loadTask } from '../task/lazy'
import { List } from './list'
import { Search } from './search'
import { results, selectable, selecting, stopSelecting } from './selection'
import { BOXES, box, counts, openBox, openFiltered, rows, startInbox } from './store'
import { loadViews, views } from './views'

const Task = lazy(loadTask)
const BulkResults = lazy(() => import('./bulk'))

function isBox(name: string): name is Box {
  return (BOXES as string[]).includes(name)
}

export function InboxPage() {
  const [, name = 'todo', taskId] = parts()
  useTitle(t('place.inbox'))
  useEffect(startInbox, [])
  const bare = !parts()[1]
  useEffect(() => {
    stopSelecting()
    if (bare) void openPreferred()
    else if (isBox(name)) void openBox(name)
  }, [name, bare])
  useEffect(() => () => void (results.value = null), [])
  if (!isBox(name)) return <Screen title={t('place.unknown')}><Unknown /></Screen>
  return narrow.value ? <Phone taskId={taskId} /> : <Desk taskId={taskId} />
}

/** Where no box is asked for one begins with the view that one has chosen for it, else with what one has to do. */
async function openPreferred(): Promise<void> {
  await loadViews()
  if (parts()[0] !== 'inbox' || parts()[1]) return
  const view = views.value?.find(({ preferred }) => preferred)
  if (view) openFiltered(view.box, view.filter)
  else navigate('/inbox/todo', { replace: true })
}

function Desk({ taskId }: { taskId: string | undefined }) {
  return (
    <>
      <header class="bar">
        <BoxTabs />
        <Search />
        <BarEnd />
      </header>
      <div class="split">
        <List taskId={taskId} />
        <main id="main" class="leaf" tabIndex={-1}>
          {results.value ? <BulkResults /> : taskId ? <Task key={taskId} id={taskId} /> : <><h1 class="vh">{t('place.inbox')}</h1><Empty title={t('empty.leaf')} hint={t('empty.leaf.hint')} /></>}
        </main>
      </div>
    </>
  )
}

function Phone({ taskId }: { taskId: string | undefined }) {
  if (results.value) return <main id="main" tabIndex={-1} class="scroll"><BulkResults /></main>
  if (taskId) return <Task key={taskId} id={taskId} />
  return (
    <>
      <header class="head">
        <div class="fx between">
          <h1>{t('place.inbox')}</h1>
          {selectable.value && rows.value.length > 0 && !selecting.value && <button type="button" class="btn q push" onClick={() => (selecting.value = true)}>{t('bulk.select')}</button>}
          <BarEnd />
        </div>
        <Search />
        <BoxTabs />
      </header>
      <List taskId={undefined} />
    </>
  )
}

function BoxTabs() {
  // What nobody has put off needs no tab.
  const shown = BOXES.filter((name) => name !== 'later' || box.value === 'later' || (counts.value?.later ?? 0) > 0)
  const tabs = shown.flatMap((name): Tab[] => {
    const tab: Tab = { href: `/inbox/${name}`, label: t(`box.${name}`), current: box.value === name, ...countOf(name, counts.value) }
    // What one started is followed on its own page; its tab stands before 已办 as in every inbox people know.
    return name === 'done' ? [{ href: '/mine', label: t('box.started'), current: false, count: counts.value?.started }, tab] : [tab]
  })
  return <Tabs label={t('box.list')} tabs={tabs} />
}

function countOf(name: Box, all: Counts | null): Pick<Tab, 'count' | 'tone'> {
  if (name === 'done' || !all) return {}
  return { count: all[name], tone: name === 'soon' ? 'soon' : name === 'overdue' ? 'over' : undefined }
}
