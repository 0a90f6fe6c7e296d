/**
 * The run that is rehearsed: its beginning and steps, and where the server says it stands. Every step sends the whole run, with
 * what is not saved yet; a step that is refused is not kept.
 */
import { batch, computed, signal } from '@preact/signals'
import { sentence } from '../../api/problem'
import { keepScenario, playScenarios, rehearse, type Rehearsal, type Run, type RunStep, type ScenariosPlayed } from '../../api/rehearsals'
import { reh } from '../../i18n/rehearsal'
import { design, files, put, unsaved } from '../state'

export const run = signal<Run | null>(null)
export const standing = signal<Rehearsal | null>(null)
export const coverage = signal<ScenariosPlayed | null>(null)
export const busy = signal(false)
/** Why the last step was not done, and what is wrong with its fields by their paths. */
export const refusal = signal<{ text: string; fields: Record<string, string> } | null>(null)

/** A process of the design that can run. */
export interface Playable {
  id: string
  name: string
  file: string
  startable: boolean
}

/** Those of the diagrams as they stand in this browser; the ones that people start come first. */
export const playable = computed<Playable[]>(() => {
  const found: Playable[] = []
  for (const { name: file, kind, content } of files.value.values()) {
    if (kind !== 'bpmn') continue
    const parsed = new DOMParser().parseFromString(content, 'application/xml')
    for (const process of parsed.getElementsByTagNameNS('*', 'process')) {
      const id = process.getAttribute('id')
      if (!id || process.getAttribute('isExecutable') !== 'true') continue
      const own = [...process.getElementsByTagNameNS('urn:liandong:bpmn:1', 'process')][0]
      found.push({ id, file, name: own?.getAttribute('title') ?? process.getAttribute('name') ?? id, startable: own?.getAttribute('startable') === 'true' })
    }
  }
  return found.sort((one, other) => Number(other.startable) - Number(one.startable))
})

/** `by` is the person who starts it; the oldest chair that may where nobody is named. */
export const begin = (process: string, at: string, by: string): Promise<boolean> => play({ process, at, by: by ? { person: by } : null, data: {}, steps: [] })

export const add = (step: RunStep): Promise<boolean> => (run.peek() ? play({ ...run.peek()!, steps: [...run.peek()!.steps, step] }) : Promise.resolve(false))

export const back = (): Promise<boolean> => (run.peek() ? play({ ...run.peek()!, steps: run.peek()!.steps.slice(0, -1) }) : Promise.resolve(false))

export function stop(): void {
  batch(() => {
    run.value = null
    standing.value = null
    refusal.value = null
  })
}

/** Plays a run; it is the one under way from then on unless a step of it was refused. */
async function play(next: Run): Promise<boolean> {
  return working(async (id) => {
    const found = await rehearse(id, unsaved(), next)
    const refused = found.refused
    batch(() => {
      refusal.value = refused && { text: reh('refused', { why: refused.message }), fields: Object.fromEntries(refused.errors.map(({ path, message }) => [path, message])) }
      // The files may have changed under a run: it goes on from where it still holds.
      run.value = refused ? { ...next, steps: next.steps.slice(0, refused.step ?? 0) } : next
      standing.value = found
    })
    return !refused
  })
}

/** Keeps the run in the design; an older scenario of that name is replaced. */
export function keep(name: string): Promise<boolean> {
  return working(async (id) => {
    const file = `${name}.scenario.json`
    const kept = await keepScenario(id, unsaved(), run.peek()!, name, files.peek().get(file)?.revision ?? null)
    put({ name: kept.name, kind: 'scenario', content: kept.content, revision: kept.revision, unsaved: false })
    return true
  })
}

export function cover(): Promise<boolean> {
  return working(async (id) => {
    coverage.value = await playScenarios(id, unsaved())
    return true
  })
}

async function working(act: (design: string) => Promise<boolean>): Promise<boolean> {
  const id = design.peek()?.id
  if (!id || busy.peek()) return false
  busy.value = true
  refusal.value = null
  try {
    return await act(id)
  } catch (failure) {
    refusal.value = { text: sentence(failure, 'load'), fields: {} }
    return false
  } finally {
    busy.value = false
  }
}
