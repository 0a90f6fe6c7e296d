/** Everything that bpmn-js can say has its Chinese, told from its own sources, so that a new version is noticed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { CHINESE } from './chinese'

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url))
const SAID = [/translate\(\s*'([^']+)'/g, /\blabel: '([^']+)'/g, /ERR_MSG = '([^']+)'/g]
/** Our own words stand for the palette. */
const REPLACED = join('features', 'palette')
/** Parts of sentences, and the example of a comment. */
const NO_SENTENCES = new Set([' + shift + ', 'HELLO {you}', 'Align elements '])

function said(folder: string): string[] {
  const sources = readdirSync(join(MODULES, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js') && !name.includes(REPLACED))
  return sources.flatMap((name) => {
    const text = readFileSync(join(MODULES, folder, name), 'utf8')
    return SAID.flatMap((pattern) => [...text.matchAll(pattern)].map(([, words]) => words!))
  })
}

it('has the Chinese of everything that bpmn-js says', () => {
  const all = new Set([...said('bpmn-js/lib'), ...said('diagram-js/lib')])
  expect([...all].filter((words) => !NO_SENTENCES.has(words) && !(words in CHINESE)).sort()).toEqual([])
})
