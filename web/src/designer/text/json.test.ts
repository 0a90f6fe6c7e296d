/** Every form and every parameters file of the library goes through the editor's text and comes out to the letter. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { amended, isObject, NotJson, parsed, same, type Json, type JsonObject } from './json'

const ROOT = new URL('../../../../', import.meta.url).pathname
const files = ['forms', 'bpmn'].flatMap((library) =>
  readdirSync(ROOT + library, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).map((name) => `${library}/${name}`),
)

/** A copy in which nothing is the same object. */
const copied = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json

test('no file changes unless something in it is changed, and then only there', () => {
  expect(files.length).toBeGreaterThan(100)
  for (const file of files) {
    const text = readFileSync(ROOT + file, 'utf8')
    const value = parsed(text) as JsonObject
    expect(value, file).toEqual(JSON.parse(text))
    expect(amended(text, copied(value)), file).toBe(text)
    if (!Array.isArray(value.components)) continue
    const changed = copied(value) as JsonObject & { components: JsonObject[] }
    const [one] = changed.components
    one!.label = '改过的名称'
    const next = amended(text, changed)
    expect(same(parsed(next), changed), file).toBe(true)
    const [before, after] = [text.split('\n'), next.split('\n')]
    expect(after.filter((line) => !before.includes(line)).length, file).toBeLessThanOrEqual(2)
  }
})

const TEXT = `{
  "limit": 1.50,
  "terms": {"a": "P1D",  "b": "P2D"},
  "rows": [
    {"id": "x", "n": 1e2},
    {"id": "y",
     "n": 2}
  ]
}
`

test('values are set, added, removed and moved without touching their neighbours', () => {
  const value = parsed(TEXT) as { limit: number; terms: JsonObject; rows: JsonObject[] }
  const next = (change: Json) => amended(TEXT, change)
  expect(next({ ...value, terms: { ...value.terms, a: 'P3D' } } as Json)).toBe(TEXT.replace('P1D', 'P3D'))
  expect(next({ ...value, terms: { ...value.terms, c: 'P5D' } } as Json)).toContain('"b": "P2D", "c": "P5D"}')
  expect(next({ limit: value.limit, rows: value.rows } as Json)).not.toContain('terms')
  expect(next({ ...value, rows: [value.rows[1], value.rows[0]] } as Json)).toBe(TEXT.replace(/    \{"id": "x".*\n([^]*2\})\n/, '$1,\n    {"id": "x", "n": 1e2}\n'))
  expect(next({ ...value, rows: [...value.rows, { id: 'z', n: 3 }] } as Json)).toContain('"n": 2},\n    {"id": "z", "n": 3}\n  ]')
  expect(isObject(parsed(TEXT))).toBe(true)
})

test('what is no JSON is refused with its place', () => {
  for (const [text, line, column] of [['{"a": 1,}', 1, 9], ['{\n"a": 01}', 2, 7], ['{"a": 1, "a": 2}', 1, 10], ['', 1, 1], ['[1] 2', 1, 5]] as const) {
    let found: unknown
    try {
      parsed(text)
    } catch (failure) {
      found = failure
    }
    expect(found, text).toBeInstanceOf(NotJson)
    expect([(found as NotJson).line, (found as NotJson).column], text).toEqual([line, column])
  }
})
