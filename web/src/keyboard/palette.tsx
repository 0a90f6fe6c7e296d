/**
 * The palette of commands (Ctrl or Cmd with K): what can be done with what is open, then places, what can be started, and cases.
 * It is found by its words, by the initials of their pinyin, and a case by the last digits of its number.
 */
import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { instances, startable, tasks } from '../api/calls'
import type { InstanceRow, Startable, TaskRow } from '../api/types'
import { Dialog } from '../frame/dialog'
import { either, t } from '../i18n'
import { subjectOf } from '../inbox/row'
import { navigate } from '../routing/router'
import { offered } from './keys'
import { matches, places, type Choice } from './places'

const PAUSE_MS = 200
/** Of each group; more are found by typing on. */
const MOST = 7

interface Group {
  title: string
  choices: Choice[]
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const text = useSignal('')
  const at = useSignal(0)
  // What is open is asked before this layer lies over it.
  const here = useRef(offered().map((command): Choice => ({ id: command.keys, words: command.words!, keys: command.keys, act: command.act })))
  const processes = useFetched<Startable[]>('', startable)
  const wanted = text.value.trim()
  const work = useFetched<TaskRow[]>(wanted, () => findTasks(wanted))
  const cases = useFetched<InstanceRow[]>(wanted, () => findCases(wanted))
  const groups = [
    { title: either('当前', 'Here'), choices: here.current },
    { title: either('去哪', 'Go to'), choices: places() },
    { title: t('place.start'), choices: (processes ?? []).map(startOf) },
  ].map(({ title, choices }): Group => ({ title, choices: choices.filter((choice) => matches(choice, wanted)).slice(0, MOST) }))
  if (wanted) groups.push({ title: either('任务', 'Tasks'), choices: (work ?? []).slice(0, MOST).map(taskOf) }, { title: either('案件', 'Cases'), choices: (cases ?? []).map(caseOf) })
  const shown = groups.filter(({ choices }) => choices.length)
  const all = shown.flatMap(({ choices }) => choices)
  const current = all[Math.min(at.value, all.length - 1)]
  const list = useId()
  const run = (choice: Choice | undefined) => {
    if (!choice) return
    onClose()
    // The layer gives the focus back first, so that a command that moves it has the last word.
    requestAnimationFrame(choice.act)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && all.length) at.value = (Math.min(at.value, all.length - 1) + step + all.length) % all.length
    else if (event.key === 'Enter') run(current)
    else return
    event.preventDefault()
  }
  useEffect(() => document.querySelector('.palette [aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [current?.id])
  return (
    <Dialog title={either('命令', 'Commands')} shape="top" onClose={onClose}>
      <div class="palette">
        <input class="in" role="combobox" aria-label={either('查找命令、地方、流程、任务', 'Find commands, places, processes, tasks')} placeholder={either('汉字、拼音首字母、单号后四位', 'Words, initials, last digits of a number')}
          aria-expanded="true" aria-controls={list} aria-activedescendant={current ? `${list}-${current.id}` : undefined} autoComplete="off" data-autofocus="" value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value
            at.value = 0
          }} onKeyDown={onKey} />
        <div id={list} role="listbox" aria-label={either('结果', 'Results')}>
          {shown.map(({ title, choices }) => (
            <div key={title} role="group" aria-label={title}>
              <h3 class="small" role="presentation">{title}</h3>
              {choices.map((choice) => (
                <div key={choice.id} id={`${list}-${choice.id}`} role="option" aria-selected={choice === current} onClick={() => run(choice)}>
                  <span>{choice.words}</span>{choice.more && <span class="s d">{choice.more}</span>}{choice.keys && <kbd class="push">{choice.keys.toUpperCase()}</kbd>}
                </div>
              ))}
            </div>
          ))}
        </div>
        {!all.length && <p class="d2" role="status">{either(`没有“${wanted}”。`, `Nothing for “${wanted}”.`)}</p>}
      </div>
    </Dialog>
  )
}

const startOf = (process: Startable): Choice => ({
  id: `start-${process.key}`,
  words: either(process.title ?? process.name, process.nameEn),
  initials: process.initials,
  act: () => navigate(`/start?q=${encodeURIComponent(either(process.title ?? process.name, process.nameEn))}`),
})

const taskOf = (row: TaskRow): Choice => ({
  id: row.id,
  words: subjectOf(row),
  more: [row.name, row.instance.number].filter(Boolean).join(' '),
  act: () => navigate(`/inbox/${row.mine ? 'todo' : 'claimable'}/${row.id}`),
})

const caseOf = (row: InstanceRow): Choice => ({
  id: `case-${row.id}`,
  words: subjectOf({ subject: row.subject, process: row.process, instance: row }),
  more: [row.process.name, row.number].filter(Boolean).join(' '),
  act: () => navigate(`/cases/${row.id}`),
})

async function findCases(wanted: string): Promise<InstanceRow[]> {
  return wanted ? (await instances({ box: 'participating', q: wanted, limit: MOST })).items : []
}

async function findTasks(wanted: string): Promise<TaskRow[]> {
  if (!wanted) return []
  const pages = await Promise.all((['todo', 'claimable'] as const).map((box) => tasks({ box, q: wanted, limit: MOST })))
  return pages.flatMap(({ items }) => items)
}

/** What is found for `key`, after a pause in typing; what was found before stays until then, and nothing is better than a failure. */
function useFetched<Content>(key: string, fetch: () => Promise<Content>): Content | null {
  const found = useSignal<Content | null>(null)
  useEffect(() => {
    let late = false
    const timer = setTimeout(() => void fetch().then((content) => void (late || (found.value = content)), () => undefined), key ? PAUSE_MS : 0)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [key])
  return found.value
}
