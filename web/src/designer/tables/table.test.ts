/** Every decision file of the library goes through the table editor and comes out to the letter; each change does what it says. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scan } from '../text/xml'
import { addColumn, addRule, addVersion, copyRule, moveRule, readDecisions, removeColumn, removeRule, setCell, setColumn, setDecision, setNote, setPolicy, type DecisionFile, type Table } from './table'

const ROOT = new URL('../../../../bpmn/', import.meta.url).pathname
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dmn')).map((name) => readFileSync(ROOT + name, 'utf8'))
/** The manner of dmn-js: a prefix, no line breaks in empty elements, rules with descriptions. */
const FOREIGN = `<?xml version="1.0" encoding="UTF-8"?>
<dmn:definitions xmlns:dmn="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"><dmn:decision id="fee" name="收费"><!-- 保留 --><dmn:decisionTable id="t"><dmn:input id="i"><dmn:inputExpression id="e" typeRef="number"><dmn:text>amount</dmn:text></dmn:inputExpression></dmn:input><dmn:output id="o" name="fee"/><dmn:rule id="r"><dmn:description>小额</dmn:description><dmn:inputEntry id="c"><dmn:text>&lt; 5 &amp; 6</dmn:text></dmn:inputEntry><dmn:outputEntry id="x"/></dmn:rule></dmn:decisionTable></dmn:decision></dmn:definitions>`

const tableIn = (file: DecisionFile, at = 0): Table => file.decisions.filter(({ table }) => table)[at]!.table!
const shapeOf = (table: Table) => table.rules.map(({ inputs, outputs }) => [...inputs, ...outputs].map(({ text }) => text))

test('each change of every table changes what it names and nothing else', () => {
  expect(files.length).toBeGreaterThan(5)
  for (const text of [...files, FOREIGN]) {
    const file = readDecisions(text)
    const count = file.decisions.filter(({ table }) => table).length
    for (let at = 0; at < count; at++) {
      const table = tableIn(file, at)
      const before = shapeOf(table)
      const after = (next: string) => tableIn(readDecisions(next), at)
      expect(table.rules.every(({ inputs, outputs }) => inputs.length === table.inputs.length && outputs.length === table.outputs.length)).toBe(true)

      const cell = table.rules.at(-1)!.inputs[0] ?? table.rules.at(-1)!.outputs[0]!
      expect(setCell(file, cell, cell.text)).toBe(text)
      const changed = shapeOf(after(setCell(file, cell, '< 5 & "甲"')))
      expect(changed.slice(0, -1)).toEqual(before.slice(0, -1))
      expect(changed.at(-1)![0]).toBe('< 5 & "甲"')

      const added = addRule(file, table, null)
      expect(shapeOf(after(added))).toEqual([...before, [...table.inputs.map(() => '-'), ...table.outputs.map(() => '')]])
      expect(removeRule(readDecisions(added), after(added).rules.at(-1)!)).toBe(text)
      expect(shapeOf(after(copyRule(file, table.rules[0]!)))).toEqual([before[0], ...before])
      const last = table.rules.length - 1
      const moved = moveRule(file, table, 0, last)
      expect(shapeOf(after(moved))).toEqual([...before.slice(1), before[0]])
      expect(moveRule(readDecisions(moved), after(moved), last, 0)).toBe(text)

      for (const side of ['input', 'output'] as const) {
        const wider = addColumn(file, table, side)
        const columns = side === 'input' ? after(wider).inputs : after(wider).outputs
        expect(columns).toHaveLength((side === 'input' ? table.inputs : table.outputs).length + 1)
        expect(removeColumn(readDecisions(wider), after(wider), columns.at(-1)!)).toBe(text)
      }
      const ids = [...added.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      scan(added)
    }
  }
})

test('facts of columns and decisions are set, and taken away when they are empty', () => {
  for (const text of [files[0]!, FOREIGN]) {
    const file = readDecisions(text)
    const table = tableIn(file)
    const [column, output] = [table.inputs[0]!, table.outputs[0]!]
    const next = readDecisions(setColumn(file, column, { label: '金额', source: 'amount < 5', type: 'number', allowed: '[0..9]' }))
    expect(tableIn(next).inputs[0]).toMatchObject({ label: '金额', source: 'amount < 5', type: 'number', allowed: '[0..9]' })
    expect(tableIn(readDecisions(setColumn(next, tableIn(next).inputs[0]!, { allowed: '' }))).inputs[0]!.allowed).toBe('')
    expect(tableIn(readDecisions(setColumn(file, output, { source: 'level', allowed: '"a", "b"' }))).outputs[0]).toMatchObject({ source: 'level', allowed: '"a", "b"' })
    expect(tableIn(readDecisions(setPolicy(file, table, 'COLLECT', 'SUM')))).toMatchObject({ policy: 'COLLECT', aggregation: 'SUM' })
    expect(tableIn(readDecisions(setPolicy(file, table, 'FIRST', 'SUM')))).toMatchObject({ policy: 'FIRST', aggregation: '' })
    const noted = readDecisions(setNote(file, table.rules[0]!, '说明'))
    expect(tableIn(noted).rules[0]!.note).toBe('说明')
    expect(tableIn(readDecisions(setNote(noted, tableIn(noted).rules[0]!, ''))).rules[0]!.note).toBe('')
    const dated = readDecisions(setDecision(file, file.decisions[0]!, { name: '新名', validFrom: '2027-01-01', validTo: '' }))
    expect(dated.decisions[0]).toMatchObject({ name: '新名', validFrom: '2027-01-01', validTo: '' })
  }
})

test('a new dated version has the same key and rules, and the old one ends the day before', () => {
  for (const text of [files[0]!, FOREIGN]) {
    const file = readDecisions(text)
    const [old] = file.decisions
    const next = readDecisions(addVersion(file, old!, '2027-03-01'))
    expect(next.decisions).toHaveLength(file.decisions.length + 1)
    const [ended, begun] = next.decisions
    expect(ended).toMatchObject({ id: old!.id, key: old!.key, validTo: '2027-02-28' })
    expect(begun).toMatchObject({ key: old!.key, validFrom: '2027-03-01' })
    expect(begun!.id).not.toBe(old!.id)
    expect(shapeOf(begun!.table!)).toEqual(shapeOf(old!.table!))
    expect(next.text).toContain('xmlns:liandong')
  }
})
