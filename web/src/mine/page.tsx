/** What I started or took part in: where it is, in whose hands, since when. Never a status word where a name can stand. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { instances } from '../api/calls'
import type { InstanceRow } from '../api/types'
import { now } from '../clock/now'
import { Empty, Failed, Unknown } from '../frame/states'
import { useResource, type Resource } from '../frame/resource'
import { Screen } from '../frame/screen'
import { Tabs } from '../frame/tabs'
import { t } from '../i18n'
import { onHint } from '../live/hints'
import { parts } from '../routing/router'
import { Ended, Open } from './tables'

type Box = 'started' | 'participating' | 'followed'

export default function MinePage() {
  const box = parts()[1] ?? 'started'
  const known = box === 'started' || box === 'participating' || box === 'followed'
  const tabs = (
    <Tabs label={t('mine.tabs')} tabs={[
      { href: '/mine', label: t('mine.started'), current: box === 'started' },
      { href: '/mine/participating', label: t('mine.participating'), current: box === 'participating' },
      { href: '/mine/followed', label: t('mine.followed'), current: box === 'followed' },
      { href: '/inbox/done', label: t('box.done'), current: false },
      { href: '/inbox/copied', label: t('box.copied'), current: false },
    ]} />
  )
  return (
    <Screen title={t('place.mine')} tabs={tabs} shape="mine">
      {known ? <Cases key={box} box={box} /> : <Unknown />}
    </Screen>
  )
}

const isOpen = ({ state }: InstanceRow): boolean => state === 'active' || state === 'incident' || state === 'suspended'

function Cases({ box }: { box: Box }) {
  const { first, rows, cursor, more } = usePages(box)
  if (first.error.value !== null && !first.content.value) return <Failed error={first.error.value} retry={() => void first.load()} />
  if (!first.content.value) return null
  if (!rows.length) {
    return box === 'started' ? (
      <Empty title={t('mine.empty')} hint={t('mine.empty.hint')}><a class="btn sm" href="/start">{t('empty.todo.start')}</a></Empty>
    ) : <Empty title={t(`mine.empty.${box}`)} hint={t(`mine.empty.${box}.hint`)} />
  }
  const open = rows.filter(isOpen)
  const ended = rows.filter((row) => !isOpen(row))
  const late = open.filter(({ now: steps }) => steps.some(({ dueAt, level }) => level > 0 || (dueAt && Date.parse(dueAt) < now.value))).length
  return (
    <>
      <p class="d2">{open.length ? t('mine.summary', { open: `${open.length}${cursor ? '+' : ''}`, over: late }) : t('mine.summary.none')}</p>
      {open.length > 0 && <Open rows={open} />}
      {ended.length > 0 && <Ended rows={ended} />}
      {cursor && <button type="button" class="btn sm more" onClick={more}>{t('list.more')}</button>}
    </>
  )
}

interface Pages {
  first: Resource<unknown>
  rows: InstanceRow[]
  cursor: string | null
  more: () => void
}

/** The first page, kept up to date, and the pages asked for below it. */
function usePages(box: Box): Pages {
  const below = useSignal<InstanceRow[]>([])
  const cursor = useSignal<string | null>(null)
  const first = useResource(box, async () => {
    const page = await instances({ box })
    below.value = []
    cursor.value = page.nextCursor
    return page
  })
  useEffect(() => onHint((hint) => void (hint === 'tasks' && !below.value.length && first.load())), [first])
  const more = async () => {
    const page = await instances({ box, cursor: cursor.value })
    below.value = [...below.value, ...page.items]
    cursor.value = page.nextCursor
  }
  return { first, rows: [...(first.content.value?.items ?? []), ...below.value], cursor: cursor.value, more: () => void more() }
}
