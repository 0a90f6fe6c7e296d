/** Moving, copying and adding components: nothing is lost, names stay distinct, and rows hold what rows may hold. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { amended, parsed } from '../text/json'
import { at, copied, dottedName, idOf, inserted, keyOf, KINDS, made, moved, removed, replaced, stepped, valueOf, walk, withValue, type FormFile, type Place } from './tree'

const ROOT = new URL('../../../../forms/', import.meta.url).pathname
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).filter((_, at) => at % 4 === 0)

test('a component goes through a whole form and back, and the file is the same to the letter', () => {
  for (const name of files) {
    const text = readFileSync(ROOT + name, 'utf8')
    const form = parsed(text) as FormFile
    let [now, place]: [FormFile, Place] = [form, [0]]
    const ids: string[] = []
    walk(form, (one) => ids.push(idOf(one)))
    for (const step of [1, -1] as const) {
      for (let target = stepped(now, place, step); target; target = stepped(now, place, step)) {
        const before = place
        ;({ form: now, place } = moved(now, place, target))
        if (place === before) break
        const seen: string[] = []
        walk(now, (one) => seen.push(idOf(one)))
        expect([...seen].sort(), name).toEqual([...ids].sort())
      }
    }
    expect(at(now, place)).toBe(at(form, [0]))
    if (place.length === 1 && place[0] === 0) expect(amended(text, now), name).toBe(text)
    const taken = removed(now, place)
    expect(amended(text, inserted(taken, [0], form.components[0]!)), name).toBe(text)
  }
})

test('what is new or copied has names of its own', () => {
  const form = parsed(readFileSync(`${ROOT}referral/slip.form.json`, 'utf8')) as FormFile
  let next = form
  for (const kind of KINDS) next = inserted(next, [next.components.length], made(next, kind, '新的'))
  const groups = next.components.flatMap((one, position) => (one.type === 'group' || one.type === 'dynamiclist' ? [position] : []))
  for (const position of groups) next = inserted(next, [next.components.length], copied(next, next.components[position]!))
  const ids: string[] = []
  const names: string[] = []
  walk(next, (one, place) => {
    ids.push(idOf(one))
    if (keyOf(one)) names.push(dottedName(next, place))
  })
  expect(new Set(ids).size).toBe(ids.length)
  expect(names.filter((name, position) => names.indexOf(name) !== position)).toEqual([])
})

test('rows take no rows and no attachments', () => {
  const form: FormFile = { components: [{ type: 'dynamiclist', id: 'l', path: 'rows', components: [{ type: 'textfield', id: 'a', key: 'a' }] }, { type: 'filepicker', id: 'b', key: 'b' }, { type: 'group', id: 'g', components: [{ type: 'filepicker', id: 'c', key: 'c' }] }] }
  expect(moved(form, [1], [0, 0]).form).toBe(form)
  expect(moved(form, [2], [0, 1]).form).toBe(form)
  expect(moved(form, [0, 0], [1]).form.components.map(idOf)).toEqual(['l', 'a', 'b', 'g'])
  expect(dottedName(form, [0, 0])).toBe('rows.a')
})

test('attributes are set by name, and an emptied holder goes with its last one', () => {
  const field = { type: 'textfield', key: 'a', validate: { maxLength: 5 } }
  expect(valueOf(field, 'validate.maxLength')).toBe(5)
  expect(withValue(field, 'validate.maxLength', undefined)).toEqual({ type: 'textfield', key: 'a' })
  expect(withValue(field, 'properties.critical.high', 9)).toEqual({ ...field, properties: { critical: { high: 9 } } })
  const form: FormFile = { components: [field] }
  expect(replaced(form, [0], withValue(field, 'label', '甲')).components[0]).toEqual({ ...field, label: '甲' })
})
