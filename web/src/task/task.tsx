/** The leaf: one task open, with its form, its diagram and what has happened so far. */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Problem } from '../api/problem'
import { narrow } from '../frame/media'
import { useTitle } from '../frame/screen'
import { Empty, Failed } from '../frame/states'
import { t } from '../i18n'
import { markSeen } from '../inbox/store'
import { subjectOf } from '../inbox/row'
import { useCommands } from '../keyboard/use-commands'
import { navigate, parts } from '../routing/router'
import { Actions } from './actions'
import { Content } from './content'
import { DeskHead, PhoneHead } from './head'
import { openLeaf, type Leaf } from './leaf'
import { useTaskTab } from './tab'
import { useCopySeen } from './copy'

export default function Task({ id }: { id: string }) {
  const leaf = useMemo(() => openLeaf(id), [id])
  useEffect(() => {
    void leaf.load()
    return leaf.close
  }, [leaf])
  const detail = leaf.detail.value
  const back = () => {
    navigate(`/inbox/${parts()[1] ?? 'todo'}`)
    requestAnimationFrame(() => document.getElementById(`row-${id}`)?.focus())
  }
  // The first Esc leaves the field, the next one the task.
  const escape = () => {
    const field = document.activeElement
    if (field instanceof HTMLElement && field.matches('input, select, textarea')) field.blur()
    else back()
  }
  useCommands([{ keys: 'Escape', act: escape, always: true }])
  if (!detail) return <Waiting leaf={leaf} />
  return <Open leaf={leaf} />
}

function Waiting({ leaf }: { leaf: Leaf }) {
  const error = leaf.error.value
  useTitle(t('task.label'))
  if (error instanceof Problem && [403, 404].includes(error.status)) {
    return (
      <Frame>
        <Empty title={t('task.gone')} hint={error.status === 403 && error.detail ? error.detail : t('task.gone.hint')}>
          <a class="btn" href="/inbox">{t('frame.toInbox')}</a>
        </Empty>
      </Frame>
    )
  }
  return <Frame>{error !== null && <Failed error={error} retry={() => void leaf.load()} />}</Frame>
}

function Frame({ children }: { children: preact.ComponentChildren }) {
  const inside = <article class="det waiting" aria-busy="true"><h1 class="vh">{t('task.label')}</h1>{children}</article>
  return narrow.value ? <main id="main" tabIndex={-1}>{inside}</main> : inside
}

function Open({ leaf }: { leaf: Leaf }) {
  const detail = leaf.detail.value!
  const tab = useTaskTab()
  const heading = useRef<HTMLHeadingElement>(null)
  const subject = subjectOf(detail)
  useTitle(`${detail.name} ${subject}`)
  useEffect(() => {
    markSeen(leaf.id)
    // A person who opened a row with the keyboard stays in the list; everybody else is taken to the task.
    if (!document.activeElement?.closest('.list')) heading.current?.focus({ preventScroll: true })
  }, [leaf])
  useCopySeen(leaf.id)
  if (narrow.value) {
    return (
      <div class="det">
        <PhoneHead leaf={leaf} tab={tab} heading={heading} />
        <main class="scroll" id="main" tabIndex={-1}><Content leaf={leaf} tab={tab.value} /></main>
        <footer><Actions leaf={leaf} /></footer>
      </div>
    )
  }
  return (
    <article class="det" aria-label={t('task.label')}>
      <DeskHead leaf={leaf} tab={tab} heading={heading} />
      <Content leaf={leaf} tab={tab.value} />
      <footer><Actions leaf={leaf} /></footer>
    </article>
  )
}
