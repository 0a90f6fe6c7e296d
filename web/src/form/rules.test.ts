/** The form's rules while writing: what is missing, what is wrong, and what would be sent. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Field, Form, Node, Rows, Section } from '../api/types'

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined })
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
vi.stubGlobal('document', { documentElement: { dataset: {} }, addEventListener: () => undefined })
vi.stubGlobal('addEventListener', () => undefined)

let rules: typeof import('./rules')
let nodes: typeof import('./nodes')
beforeAll(async () => {
  rules = await import('./rules')
  nodes = await import('./nodes')
})

const field = (type: Field['type'], key: string, more: Partial<Field> = {}): Field => ({
  type, id: key, key, label: key, labelEn: key, access: 'write', required: false, properties: {}, ...more,
})
const group = (path: string, ...components: Node[]): Section => ({ type: 'group', id: path, label: path, labelEn: path, path, properties: {}, components })
const rows = (path: string, components: Node[], more: Partial<Rows> = {}): Rows => ({
  type: 'dynamiclist', id: path, path, label: path, labelEn: path, access: 'write', required: false, maxRows: 9, rowRights: { add: true, edit: true, remove: true }, properties: {}, components, ...more,
})
const form = (components: Node[], checks: Form['checks'] = []): Form => ({ id: 'f', title: 'f', titleEn: 'f', copy: null, copyEn: null, components, checks })
const equals = (name: string, value: string) => ({
  source: '', tree: { k: 'compare' as const, first: { k: 'name' as const, n: name }, rest: [['==' as const, { k: 'str' as const, v: value }] as ['==', { k: 'str'; v: string }]] },
})
const faults = (components: Node[], values: object, fields: string[] = [], partial = false) => Object.keys(rules.faultsOf(form(components), values as never, { fields, partial }))

describe('required', () => {
  it('names every empty field that is required', () => expect(faults([field('textfield', 'a', { required: true }), field('textfield', 'b')], {})).toEqual(['a']))
  it('does not ask for what one may only read', () => expect(faults([field('textfield', 'a', { required: true, access: 'read' })], {})).toEqual([]))
  it('asks for what the outcome demands', () => expect(faults([field('textfield', 'a'), field('textfield', 'b')], {}, ['b'])).toEqual(['b']))
  it('follows the condition', () => {
    const asked = [field('textfield', 'kind'), field('textfield', 'why', { properties: { requiredWhen: equals('kind', 'x') } })]
    expect(faults(asked, { kind: 'x' })).toEqual(['why'])
    expect(faults(asked, { kind: 'y' })).toEqual([])
  })
  it('does not ask for what is hidden', () => {
    expect(faults([field('textfield', 'kind'), field('textfield', 'why', { required: true, conditional: { hide: equals('kind', 'x') } })], { kind: 'x' })).toEqual([])
  })
  it('takes white space and an unticked box for nothing', () => {
    expect(faults([field('textfield', 'a', { required: true }), field('checkbox', 'b', { required: true })], { a: ' ', b: false })).toEqual(['a', 'b'])
  })
})

describe('an outcome that leaves the task', () => {
  const why = field('textfield', 'why', { properties: { requiredWhen: equals('kind', 'x') } })
  const all = [field('textfield', 'a', { required: true }), field('textfield', 'kind'), why, rows('r', [field('textfield', 'item', { required: true }), field('number', 'dose')], { required: true })]
  it('demands its own fields alone', () => {
    expect(faults(all, { kind: 'x', r: [{ dose: '1' }] }, [], true)).toEqual([])
    expect(faults(all, {}, ['a'], true)).toEqual(['a'])
  })
  it('demands what the values of its own fields make necessary', () => {
    expect(faults(all, { kind: 'x' }, ['kind'], true)).toEqual(['why'])
    expect(faults(all, { kind: 'y' }, ['kind'], true)).toEqual([])
  })
  it('still looks at what was filled', () => expect(faults(all, { r: [{ dose: 'one' }] }, [], true)).toEqual(['r.0.dose']))
})

describe('values', () => {
  it('keeps to bounds and places', () => {
    const age = field('number', 'n', { validate: { min: 0, max: 130 }, decimalDigits: 0 })
    expect(faults([age], { n: '131' })).toEqual(['n'])
    expect(faults([age], { n: '1.5' })).toEqual(['n'])
    expect(faults([age], { n: 'x' })).toEqual(['n'])
    expect(faults([age], { n: '58' })).toEqual([])
  })
  it('counts characters, not code units', () => {
    expect(faults([field('textfield', 'a', { validate: { maxLength: 2 } })], { a: '𠮷𠮷' })).toEqual([])
  })
  it('knows identity numbers, credit codes and phones', () => {
    const ruled = (rule: string) => [field('textfield', 'a', { properties: { rule } })]
    expect(faults(ruled('id-number'), { a: '11010519491231002X' })).toEqual([])
    expect(faults(ruled('id-number'), { a: '110105194912310021' })).toEqual(['a'])
    expect(faults(ruled('uscc'), { a: '91350100M000100Y43' })).toEqual([])
    expect(faults(ruled('uscc'), { a: '91350100M000100Y44' })).toEqual(['a'])
    expect(faults(ruled('phone'), { a: '199-0000-0512' })).toEqual([])
    expect(faults(ruled('phone'), { a: '12' })).toEqual(['a'])
  })
  it('looks into sections and rows, and passes over empty rows', () => {
    const inside = [group('vital', field('number', 'sbp', { required: true })), rows('drugs', [field('textfield', 'name', { required: true }), field('textfield', 'dose')])]
    expect(faults(inside, { vital: {}, drugs: [{ name: 'a' }, {}, { dose: '5 mg' }] })).toEqual(['vital.sbp', 'drugs.2.name'])
  })
})

describe('checks between fields', () => {
  const check = { field: 'a', message: 'm', messageEn: 'm', source: '', tree: { k: 'compare' as const, first: { k: 'name' as const, n: 'a' }, rest: [['>' as const, { k: 'name' as const, n: 'b' }] as ['>', { k: 'name'; n: string }]] } }
  const both = [field('number', 'a'), field('number', 'b')]
  it('says so at the field', () => expect(rules.faultsOf(form(both, [check]), { a: '1', b: '2' }, { fields: [], partial: false })).toEqual({ a: 'm' }))
  it('waits while a field is empty', () => expect(rules.faultsOf(form(both, [check]), { a: '1' }, { fields: [], partial: false })).toEqual({}))
})

describe('what is sent', () => {
  it('is what was written and differs', () => {
    const all = [field('textfield', 'a'), field('textfield', 'b', { access: 'read' }), group('v', field('number', 'x'), field('number', 'y'))]
    expect(nodes.changes(all, { a: '1', b: '2', v: { x: 1, y: 2 } }, { a: '1', b: '3', v: { x: 1, y: '5' } })).toEqual({ v: { y: '5' } })
  })
  it('is whole rows, as far as one may write them', () => {
    const all = [rows('r', [field('textfield', 'a'), field('textfield', 'b', { access: 'read' })], { rowRights: { add: false, edit: true, remove: false } })]
    expect(nodes.changes(all, { r: [{ a: '1', b: '2' }] }, { r: [{ a: '9', b: '2' }] })).toEqual({ r: [{ a: '9' }] })
    expect(nodes.laidOver(all, { r: [{ a: '1', b: '2' }] }, { r: [{ a: '9' }] })).toEqual({ r: [{ a: '9', b: '2' }] })
  })
  it('is the number of a row that may not be written on, and a new row without one', () => {
    const all = [rows('r', [field('textfield', 'a')], { rowRights: { add: true, edit: false, remove: false } })]
    const there = { r: [{ '#': 0, a: '1' }] }
    expect(nodes.changes(all, there, { r: [{ '#': 0, a: '1' }, { a: '2' }] })).toEqual({ r: [{ '#': 0 }, { a: '2' }] })
    expect(nodes.laidOver(all, there, { r: [{ '#': 0 }, { a: '2' }] })).toEqual({ r: [{ '#': 0, a: '1' }, { a: '2' }] })
    expect(rules.faultsOf(form(all), { r: [{ '#': 0, a: '' }, {}] }, { fields: [], partial: false })).toEqual({})
  })
  it('has the defaults of what nobody wrote', () => {
    const all = [field('textfield', 'a', { defaultValue: 'x' }), field('textfield', 'b', { defaultValue: 'y' })]
    expect(nodes.withDefaults(all, { b: 'z' })).toEqual({ a: 'x', b: 'z' })
  })
})
