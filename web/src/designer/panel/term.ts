/**
 * A term as a person says it, and the parameters behind a term that is an expression: `${parameters.terms.accept[urgency].term}`
 * stands for one value for each class of urgency, which can be changed where the term is looked at.
 */
import { amended, isObject, parsed, type Json } from '../text/json'
import { files } from '../state'

const PARAMETERS = 'parameters.json'
const PATH = /^\s*\$\{\s*parameters((?:\.\w+|\[[^\]]+\])+)\s*\}\s*$/

export interface Behind {
  /** Where in the parameters. */
  path: string[]
  value: string
}

/** The values that an expression takes from the parameters; null where it is none that only looks them up. */
export function behind(expression: string): Behind[] | null {
  const steps = PATH.exec(expression)?.[1]?.match(/\.\w+|\[[^\]]+\]/g)
  const content = files.value.get(PARAMETERS)?.content
  if (!steps || content === undefined) return null
  try {
    return found(parsed(content), steps, [])
  } catch {
    // A broken file is said by its own editor and by the gate.
    return null
  }
}

function found(at: Json, steps: readonly string[], path: string[]): Behind[] {
  const [step, ...rest] = steps
  if (step === undefined) return typeof at === 'string' ? [{ path, value: at }] : []
  if (!isObject(at)) return []
  const literal = step.startsWith('.') ? step.slice(1) : /^\[\s*'([^']+)'\s*\]$/.exec(step)?.[1]
  const names = literal === undefined ? Object.keys(at) : literal in at ? [literal] : []
  return names.flatMap((name) => found(at[name]!, rest, [...path, name]))
}

/** The text of the parameters with one value changed, everything else as it was written. */
export function withParameter(content: string, path: readonly string[], value: string): string {
  const set = (at: Json, [name, ...rest]: readonly string[]): Json => (name === undefined ? value : isObject(at) ? { ...at, [name]: set(at[name] ?? {}, rest) } : at)
  return amended(content, set(parsed(content), path))
}

export function parameters(): string | undefined {
  return files.value.get(PARAMETERS)?.content
}

/** Names of the ladders: those that are built in, and those that the parameters define. */
export function ladders(): string[] {
  try {
    const own = parsed(parameters() ?? '{}')
    const defined = isObject(own) && isObject(own.ladders) ? Object.keys(own.ladders) : []
    return ['clinical', 'office', ...defined]
  } catch {
    return ['clinical', 'office']
  }
}

export interface Length {
  count: number
  unit: 'M' | 'H' | 'D'
}

/** The simple lengths that have a field of their own: minutes, hours, days. */
export function lengthOf(term: string): Length | null {
  const found = /^P(?:(\d+)D|T(\d+)([HM]))$/.exec(term)
  if (!found) return null
  return found[1] ? { count: Number(found[1]), unit: 'D' } : { count: Number(found[2]), unit: found[3] as 'H' | 'M' }
}

export const termOf = ({ count, unit }: Length): string => (unit === 'D' ? `P${count}D` : `PT${count}${unit}`)
