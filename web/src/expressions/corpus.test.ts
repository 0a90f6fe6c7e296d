/** The browser's interpreter answers every case of the shared corpus as the server does; the server compiles the trees. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { evaluate } from './evaluate'
import { Fault } from './fault'
import { Num, textOf } from './number'
import type { Tree } from './tree'
import { isDict, type V } from './values'

interface Case {
  source: string
  names: Record<string, unknown>
  tree: Tree
  value?: unknown
  error?: string
}

const root = resolve(import.meta.dirname, '../../..')
const own = resolve(root, '.venv/bin/python')
const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3')
const out = execFileSync(python, ['-m', 'tests.web_unit.corpus_trees'], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
const cases = JSON.parse(out) as Case[]

/** A value in the form that corpus_trees.py gives it, in which 1 and 1.0 are the same but true and 1 are not, and dicts keep their order. */
function shown(value: V): unknown {
  if (value instanceof Num) return `number ${textOf(value).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')}`
  if (typeof value === 'string') return `text ${value}`
  if (Array.isArray(value)) return value.map(shown)
  return isDict(value) ? Object.entries(value).map(([key, item]) => [key, shown(item)]) : value
}

describe('the corpus', () => {
  it('is there', () => expect(cases.length).toBeGreaterThan(400))
  it.each(cases.filter((one) => 'value' in one))('$source', ({ tree, names, value }) => {
    expect(shown(evaluate(tree, names))).toEqual(value)
  })
  it.each(cases.filter((one) => 'error' in one))('$source is refused', ({ tree, names, error }) => {
    try {
      evaluate(tree, names)
    } catch (failure) {
      expect((failure as Fault).code).toBe(error)
      return
    }
    expect.unreachable(`expected ${error}`)
  })
})
