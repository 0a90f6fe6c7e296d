/** The book of stubs: groups of rows, more rows as one scrolls, and the quiet offer of a newer list. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { TaskRow } from '../api/types'
import type { Filter } from '../api/views'
import { now } from '../clock/now'
import { lazy } from '../frame/lazy'
import { narrow } from '../frame/media'
import { Empty, Failed } from '../frame/states'
import { t, type Key } from '../i18n'
import { prefetchForm } from '../form/lazy'
import { useCommands } from '../keyboard/use-commands'
import { filter, names, same } from './filter'
import { groupsOf } from './groups'
import { Row } from './row'
import { SelectBar } from './select-bar'
import { chooseAll, selectable, selecting, toggle, toggleTo } from './selection'
import * as store from './store'
import { pinned } from './views'
import { Blocks, isLong } from './window'

const FilterDialog = lazy(() => import('./filter-dialog'), true)

export function List({ taskId }: { taskId: string | undefined }) {
  const area = useRef<HTMLElement>(null)
  useEffect(() => {
    store.steady.reading = () => (area.current?.scrollTop ?? 0) > 8
  }, [])
  useEffect(() => area.current?.scrollTo(0, 0), [store.rowsOf.value])
  useRowKeys(area, taskId)
  const box = store.box.value
  const rows = store.rows.value
  const settled = store.rowsOf.value === box
  const label = t('list.label', { box: t(`box.${box}`) })
  const Tag = narrow.value ? 'main' : 'section'
  return (
    <Tag class="list" id={narrow.value ? 'main' : 'list'} tabIndex={-1} aria-label={label} aria-busy={!settled} ref={area as never}>
      {selecting.value && selectable.value ? <SelectBar /> : !narrow.value && <Tools />}
      <Views />
      {rows.length > 0 && <Filters />}
      {narrow.value && store.waiting.value && <p class="fx offer"><Newer /></p>}
      {store.error.value !== null && <Failed error={store.error.value} retry={() => void store.reload()} />}
      {groupsOf(store.rowsOf.value ?? box, rows, now.value).map(({ title, rows: members }) => (
        <section key={title} aria-labelledby={`group-${title}`}>
          <h2 class="grp" id={`group-${title}`}>{t(title)} {members.length}</h2>
          <Blocks items={members} windowed={isLong(rows.length)}>
            {(row: TaskRow) => <li key={row.id}><Row row={row} current={row.id === taskId} /></li>}
          </Blocks>
        </section>
      ))}
      {store.nextCursor.value && <More />}
      {settled && !rows.length && store.error.value === null && <Nothing />}
    </Tag>
  )
}

function Tools() {
  const order: Key = store.box.value === 'done' ? 'list.byDone' : store.box.value === 'copied' ? 'list.byTime' : 'list.byTerm'
  return (
    <div class="lt">
      <span>{t(order)}</span>
      <FilterButton />
      {store.waiting.value && <Newer />}
      {selectable.value && store.rows.value.length > 0 && <button type="button" class="btn q sm push" onClick={() => (selecting.value = true)}>{t('bulk.select')}<kbd aria-hidden="true">X</kbd></button>}
    </div>
  )
}

function FilterButton() {
  const open = useSignal(false)
  return (
    <>
      <button type="button" class="btn q sm" aria-haspopup="dialog" onClick={() => (open.value = true)}>{t('list.filter')}</button>
      {open.value && <FilterDialog onClose={() => (open.value = false)} />}
    </>
  )
}

/** Pinned views with their counts; the one that is shown says so. On the phone the way to all of them stands here too. */
function Views() {
  if (!pinned.value.length && !narrow.value) return null
  return (
    <nav class="tabs views" aria-label={t('list.views')}>
      {narrow.value && <FilterButton />}
      {pinned.value.map((view) => (
        <button key={view.id} type="button" class="btn q sm" aria-pressed={view.box === store.box.value && same(view.filter, filter.value)} onClick={() => store.openFiltered(view.box, view.filter)}>
          {view.name}<span class="n">{view.count ?? ''}</span>
        </button>
      ))}
    </nav>
  )
}

/** What keeps rows out of sight says so, with a way to take it off. */
function Filters() {
  const on = [...wordsOf(filter.value), store.search.value && `“${store.search.value}”`].filter(Boolean).join(t('comma'))
  if (!on) return null
  return (
    <p class="filters fx"><span class="s">{t('list.only', { what: on })}</span>
      <button type="button" class="btn q sm push" onClick={store.clearFilters}>{t('empty.search.clear')}</button>
    </p>
  )
}

/** The parts of a filter in words. */
function wordsOf({ process, institution, urgency, due }: Filter): string[] {
  const named = (part: string, code: string | undefined): string[] => (code ? [names.value.get(`${part} ${code}`) ?? code] : [])
  return [...named('process', process), ...named('institution', institution), ...(urgency ? [t(`urgency.${urgency}` as Key)] : []), ...(due ? [t(`due.${due}` as Key)] : [])]
}

function Newer() {
  return <button type="button" class="btn q sm push" title={t('frame.refresh.hint')} onClick={store.showWaiting}>{t('frame.refresh')}</button>
}

/** Asks for the next page when it comes near; the button is for those whose browser or hand does not scroll. */
function More() {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void store.loadMore(), { root: button.current!.closest('.list'), rootMargin: '600px 0px' })
    observer.observe(button.current!)
    return () => observer.disconnect()
  }, [store.nextCursor.value])
  return (
    <button type="button" class="btn q more" ref={button} onClick={() => void store.loadMore()}>
      {t(store.loadingMore.value ? 'list.moreBusy' : 'list.more')}
    </button>
  )
}

function Nothing() {
  const box = store.box.value
  const words = store.search.value || wordsOf(filter.value).join(t('comma'))
  if (words) {
    return (
      <Empty title={t('empty.search', { q: words })} hint={t('empty.search.hint')}>
        <button type="button" class="btn sm" onClick={store.clearFilters}>{t('empty.search.clear')}</button>
      </Empty>
    )
  }
  const claimable = store.counts.value?.claimable ?? 0
  return (
    <Empty title={t(`empty.${box}`)} hint={t(`empty.${box}.hint`)}>
      {box === 'todo' && claimable > 0 && <a class="btn sm" href="/inbox/claimable">{t('empty.todo.next', { n: claimable })}</a>}
      {box === 'todo' && !claimable && <a class="btn sm" href="/start">{t('empty.todo.start')}</a>}
    </Empty>
  )
}

/** The task of a row, whether it is a way to it or a box to tick. */
function idOf(element: Element | null): string | undefined {
  if (!(element instanceof HTMLElement)) return undefined
  return element.dataset.row ?? (element.closest('a.row')?.id.slice('row-'.length) || undefined)
}

function useRowKeys(area: { current: HTMLElement | null }, taskId: string | undefined): void {
  const step = (by: number) => {
    const links = [...(area.current?.querySelectorAll<HTMLElement>('a.row, .row input') ?? [])]
    const at = links.findIndex((link) => link === document.activeElement)
    const from = at >= 0 ? at : links.findIndex((link) => idOf(link) === taskId)
    const next = links[from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by))]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
    prefetchForm()
  }
  const open = () => {
    const link = document.activeElement?.closest<HTMLElement>('a.row') ?? area.current?.querySelector<HTMLElement>('a.row')
    link?.click()
  }
  const tick = (act: (id: string) => void) => () => {
    if (!selectable.value) return
    const id = idOf(document.activeElement) ?? taskId ?? store.rows.value[0]?.id
    if (!id) return
    act(id)
    // The row is another element from now on; who moves on by the keys stays where he was.
    requestAnimationFrame(() => area.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus())
  }
  useCommands([
    { keys: 'x', act: tick(toggle) },
    { keys: 'Shift+x', act: tick(toggleTo) },
    { keys: '* a', act: () => void (selectable.value && chooseAll(true)) },
    { keys: 'j', act: () => step(1) },
    { keys: 'k', act: () => step(-1) },
    { keys: 'o', act: open },
    { keys: 'Enter', act: open },
  ])
}
