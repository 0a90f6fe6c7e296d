/**
 * Decision tables (DMN) as they are edited: decisions, columns, rules and cells read out of the file's own text, and changes as
 * functions from text to text. What they do not touch stays to the letter.
 */
import { attribute, childOf, childrenOf, escaped, insertAfter, insertBefore, insertInside, quoted, remove, scan, setAttribute, setText, sourceOf, spliced, within, type Element, type Splice } from '../text/xml'

export const POLICIES = ['UNIQUE', 'FIRST', 'ANY', 'PRIORITY', 'RULE ORDER', 'OUTPUT ORDER', 'COLLECT'] as const
export const AGGREGATIONS = ['', 'SUM', 'MIN', 'MAX', 'COUNT'] as const
export const TYPES = ['', 'string', 'number', 'integer', 'boolean', 'date', 'dateTime'] as const
const LETTERS: Record<string, string> = { U: 'UNIQUE', F: 'FIRST', A: 'ANY', P: 'PRIORITY', R: 'RULE ORDER', O: 'OUTPUT ORDER', C: 'COLLECT' }

export type Side = 'input' | 'output'

export interface Column {
  side: Side
  element: Element
  label: string
  /** The expression of an input, the name of an output. */
  source: string
  type: string
  allowed: string
}

export interface Cell {
  element: Element
  text: string
}

export interface Rule {
  id: string
  element: Element
  inputs: Cell[]
  outputs: Cell[]
  note: string
}

export interface Table {
  element: Element
  policy: string
  aggregation: string
  inputs: Column[]
  outputs: Column[]
  rules: Rule[]
}

export interface Decision {
  id: string
  key: string
  name: string
  description: string
  validFrom: string
  validTo: string
  element: Element
  /** Null for a decision that is one expression. */
  table: Table | null
  expression: Cell | null
}

export interface DecisionFile {
  text: string
  root: Element
  decisions: Decision[]
}

/** Raises NotXml. */
export function readDecisions(text: string): DecisionFile {
  const root = scan(text)
  return { text, root, decisions: childrenOf(root, 'decision').map(decisionOf) }
}

function decisionOf(element: Element): Decision {
  const id = attribute(element, 'id') ?? ''
  const table = childOf(element, 'decisionTable')
  const expression = childOf(element, 'literalExpression')
  return {
    id, key: attribute(element, 'key') ?? id, name: attribute(element, 'name') ?? id, description: childOf(element, 'description')?.text ?? '',
    validFrom: attribute(element, 'valid-from') ?? '', validTo: attribute(element, 'valid-to') ?? '', element,
    table: table ? tableOf(table) : null, expression: expression ? cellOf(expression) : null,
  }
}

function tableOf(element: Element): Table {
  const given = (attribute(element, 'hitPolicy') ?? 'UNIQUE').toUpperCase().replace(/[_\s]+/g, ' ').trim()
  return {
    element, policy: LETTERS[given] ?? given, aggregation: attribute(element, 'aggregation') ?? '',
    inputs: childrenOf(element, 'input').map(inputOf), outputs: childrenOf(element, 'output').map(outputOf),
    rules: childrenOf(element, 'rule').map((rule) => ({
      id: attribute(rule, 'id') ?? '', element: rule, inputs: childrenOf(rule, 'inputEntry').map(cellOf), outputs: childrenOf(rule, 'outputEntry').map(cellOf),
      note: noteOf(rule),
    })),
  }
}

const textOf = (element: Element | undefined): string => childOf(element, 'text')?.text ?? ''
const cellOf = (element: Element): Cell => ({ element, text: textOf(element) })
const noteOf = (rule: Element): string => childOf(rule, 'description')?.text ?? textOf(childOf(rule, 'annotationEntry'))

function inputOf(element: Element): Column {
  const expression = childOf(element, 'inputExpression')
  return { side: 'input', element, label: attribute(element, 'label') ?? '', source: textOf(expression), type: attribute(expression ?? element, 'typeRef') ?? '', allowed: textOf(childOf(element, 'inputValues')) }
}

function outputOf(element: Element): Column {
  return { side: 'output', element, label: attribute(element, 'label') ?? '', source: attribute(element, 'name') ?? '', type: attribute(element, 'typeRef') ?? '', allowed: textOf(childOf(element, 'outputValues')) }
}

// --- changes

/** Elements are written with the prefix that the file's own elements have. */
const tagged = (near: Element, local: string): string => (near.name.includes(':') ? `${near.name.split(':')[0]}:${local}` : local)

/** A text child set, or added as the first. */
function textSplices(text: string, holder: Element, words: string): Splice[] {
  const found = childOf(holder, 'text')
  if (found) return setText(found, words)
  const name = tagged(holder, 'text')
  return insertInside(text, holder, `<${name}>${escaped(words)}</${name}>`, 'first')
}

export function setCell({ text }: DecisionFile, { element }: Cell, words: string): string {
  return spliced(text, textSplices(text, element, words))
}

export function setNote({ text }: DecisionFile, { element }: Rule, words: string): string {
  const annotation = childOf(element, 'annotationEntry')
  const description = childOf(element, 'description')
  if (annotation && !description) return spliced(text, textSplices(text, annotation, words))
  return spliced(text, childText(text, element, 'description', words, 'first'))
}

/** A child that holds a text, taken away when there is nothing in it. */
function childText(text: string, holder: Element, local: string, words: string, where: 'first' | 'last'): Splice[] {
  const found = childOf(holder, local)
  if (found) return words ? setText(found, words) : remove(text, found)
  const name = tagged(holder, local)
  return words ? insertInside(text, holder, `<${name}>${escaped(words)}</${name}>`, where) : []
}

export interface DecisionFacts {
  name: string
  description: string
  validFrom: string
  validTo: string
}

export function setDecision({ text, root }: DecisionFile, { element, id }: Decision, facts: Partial<DecisionFacts>): string {
  const splices: Splice[] = []
  if (facts.name !== undefined) splices.push(...setAttribute(element, 'name', facts.name || id))
  if (facts.validFrom !== undefined) splices.push(...setAttribute(element, 'liandong:valid-from', facts.validFrom || null))
  if (facts.validTo !== undefined) splices.push(...setAttribute(element, 'liandong:valid-to', facts.validTo || null))
  if (facts.description !== undefined) splices.push(...childText(text, element, 'description', facts.description, 'first'))
  if (facts.validFrom || facts.validTo) splices.push(...declared(root))
  return spliced(text, splices)
}

/** The namespace of our attributes, where the file does not have it yet. */
function declared(root: Element): Splice[] {
  return root.attributes.some(({ name }) => name === 'xmlns:liandong') ? [] : setAttribute(root, 'xmlns:liandong', 'urn:liandong:bpmn:1')
}

export function setPolicy({ text }: DecisionFile, { element }: Table, policy: string, aggregation: string): string {
  const summed = policy === 'COLLECT' && aggregation ? aggregation : null
  return spliced(text, [...setAttribute(element, 'hitPolicy', policy), ...setAttribute(element, 'aggregation', summed)])
}

export interface ColumnFacts {
  label: string
  source: string
  type: string
  allowed: string
}

export function setColumn(file: DecisionFile, { side, element }: Column, facts: Partial<ColumnFacts>): string {
  const { text } = file
  const splices: Splice[] = []
  const expression = side === 'input' ? childOf(element, 'inputExpression') : undefined
  if (facts.label !== undefined) splices.push(...setAttribute(element, 'label', facts.label || null))
  if (facts.type !== undefined) splices.push(...setAttribute(expression ?? element, 'typeRef', facts.type || null))
  if (facts.source !== undefined) splices.push(...(expression ? textSplices(text, expression, facts.source) : setAttribute(element, 'name', facts.source || null)))
  if (facts.allowed !== undefined) splices.push(...allowedSplices(file, element, side, facts.allowed))
  return spliced(text, splices)
}

function allowedSplices({ text, root }: DecisionFile, element: Element, side: Side, words: string): Splice[] {
  const local = side === 'input' ? 'inputValues' : 'outputValues'
  const found = childOf(element, local)
  if (found) return words ? textSplices(text, found, words) : remove(text, found)
  if (!words) return []
  const [outer, inner] = [tagged(element, local), tagged(element, 'text')]
  const xml = `<${outer} id="${freshId(root, local)}"><${inner}>${escaped(words)}</${inner}></${outer}>`
  return insertInside(text, element, xml)
}

/** A rule in which every input is let through, behind another or at the end. */
export function addRule(file: DecisionFile, table: Table, behind: Rule | null): string {
  const ids = idsOf(file.root)
  const name = (local: string) => tagged(table.element, local)
  const cell = (local: string, words: string) => `<${name(local)} id="${fresh(ids, local)}"><${name('text')}>${words}</${name('text')}></${name(local)}>`
  const cells = [...table.inputs.map(() => cell('inputEntry', '-')), ...table.outputs.map(() => cell('outputEntry', ''))]
  const indent = indentOf(file.text, behind?.element ?? table.rules.at(-1)?.element ?? table.outputs.at(-1)?.element)
  const xml = [`<${name('rule')} id="${fresh(ids, 'rule')}">`, ...cells.map((one) => `${indent}  ${one}`), `${indent}</${name('rule')}>`].join(indent ? '\n' : '')
  const last = behind?.element ?? table.rules.at(-1)?.element
  return spliced(file.text, last ? insertAfter(file.text, last, xml) : insertInside(file.text, table.element, xml))
}

const indentOf = (text: string, element: Element | undefined): string => (element && /\n([ \t]*)$/.exec(text.slice(0, element.start))?.[1]) ?? ''

export function copyRule(file: DecisionFile, { element }: Rule): string {
  return spliced(file.text, insertAfter(file.text, element, renamed(file, sourceOf(file.text, element))))
}

export function removeRule({ text }: DecisionFile, { element }: Rule): string {
  return spliced(text, remove(text, element))
}

/** The rule to another place among the rules, counted from 0. */
export function moveRule(file: DecisionFile, table: Table, from: number, to: number): string {
  const [moved, target] = [table.rules[from], table.rules[to]]
  if (!moved || !target || from === to) return file.text
  const source = sourceOf(file.text, moved.element)
  const inserted = from < to ? insertAfter(file.text, target.element, source) : insertBefore(file.text, target.element, source)
  return spliced(file.text, [...inserted, ...remove(file.text, moved.element)])
}

/** A new last column with a cell in every rule. */
export function addColumn(file: DecisionFile, table: Table, side: Side): string {
  const { text, root } = file
  const ids = idsOf(root)
  const name = (local: string) => tagged(table.element, local)
  const cell = side === 'input' ? 'inputEntry' : 'outputEntry'
  const number = (side === 'input' ? table.inputs : table.outputs).length + 1
  const inner = `<${name('inputExpression')} id="${fresh(ids, 'inputExpression')}" typeRef="string"><${name('text')}></${name('text')}></${name('inputExpression')}>`
  const xml = side === 'input'
    ? `<${name('input')} id="${fresh(ids, 'input')}" label="条件${number}">${inner}</${name('input')}>`
    : `<${name('output')} id="${fresh(ids, 'output')}" label="结论${number}" name="result${number}" typeRef="string"/>`
  const last = (side === 'input' ? table.inputs : table.outputs).at(-1)?.element
  const splices = last ? insertAfter(text, last, xml) : side === 'input' ? insertInside(text, table.element, xml, 'first') : insertAfter(text, table.inputs.at(-1)!.element, xml)
  for (const rule of table.rules) {
    const words = `<${name(cell)} id="${fresh(ids, cell)}"><${name('text')}>${side === 'input' ? '-' : ''}</${name('text')}></${name(cell)}>`
    const before = (side === 'input' ? rule.inputs : rule.outputs).at(-1)?.element
    const first = rule.outputs[0]?.element
    splices.push(...(before ? insertAfter(text, before, words) : first ? insertBefore(text, first, words) : insertInside(text, rule.element, words)))
  }
  return spliced(text, splices)
}

export function removeColumn({ text }: DecisionFile, table: Table, { side, element }: Column): string {
  const at = (side === 'input' ? table.inputs : table.outputs).findIndex((column) => column.element.start === element.start)
  const cells = table.rules.flatMap((rule) => (side === 'input' ? rule.inputs : rule.outputs)[at] ?? [])
  return spliced(text, [...remove(text, element), ...cells.flatMap((cell) => remove(text, cell.element))])
}

/**
 * A copy of the decision that holds from a day on, under the same key; the old one ends the day before. Cases of before keep
 * deciding by the old one.
 */
export function addVersion(file: DecisionFile, decision: Decision, from: string): string {
  const { text, root } = file
  const before = new Date(`${from}T00:00:00Z`)
  before.setUTCDate(before.getUTCDate() - 1)
  const copy = renamed(file, sourceOf(text, decision.element))
  const named = scan(copy)
  const dated = spliced(copy, [...setAttribute(named, 'liandong:key', decision.key), ...setAttribute(named, 'liandong:valid-from', from), ...setAttribute(named, 'liandong:valid-to', decision.validTo || null)])
  const ended = [...setAttribute(decision.element, 'liandong:valid-to', before.toISOString().slice(0, 10))]
  // Two attributes may both be added at one place, which is no overlap: they are written in order.
  if (attribute(decision.element, 'key') === undefined) ended.unshift(...setAttribute(decision.element, 'liandong:key', decision.key))
  return spliced(text, [...ended, ...insertAfter(text, decision.element, dated), ...declared(root)])
}

// --- ids

function idsOf(root: Element): Set<string> {
  const ids = new Set<string>()
  const walk = (element: Element) => {
    const id = attribute(element, 'id')
    if (id) ids.add(id)
    element.children.forEach(walk)
  }
  walk(root)
  return ids
}

function fresh(ids: Set<string>, stem: string): string {
  let number = 1
  while (ids.has(`${stem}_${number}`)) number++
  ids.add(`${stem}_${number}`)
  return `${stem}_${number}`
}

const freshId = (root: Element, stem: string): string => fresh(idsOf(root), stem)

/** A copy of an element with new ids for all in it; references between them follow. */
function renamed({ root }: DecisionFile, source: string): string {
  const ids = idsOf(root)
  const copy = scan(source)
  const names = new Map<string, string>()
  for (const id of idsOf(copy)) names.set(id, fresh(ids, id.replace(/_\d+$/, '')))
  const splices: Splice[] = []
  const walk = (element: Element) => {
    for (const { name, value, start, end } of element.attributes) {
      const target = name === 'id' ? names.get(value) : name === 'href' ? names.get(value.slice(1)) : undefined
      if (target) splices.push({ start, end, text: ` ${name}=${quoted(name === 'href' ? `#${target}` : target)}` })
    }
    element.children.forEach(walk)
  }
  walk(copy)
  return spliced(source, splices)
}

/** Lines of the text that an element covers, counted from 1. */
export function linesOf(text: string, element: Element): [number, number] {
  const first = text.slice(0, element.start).split('\n').length
  return [first, first + sourceOf(text, element).split('\n').length - 1]
}

/** The names that the columns of the file read, to be filled in when a row is tried. */
export function namesRead({ root }: DecisionFile): string[] {
  const inputs = within(root, 'requiredInput').map((element) => (attribute(element, 'href') ?? '').replace(/^#/, ''))
  return [...new Set(inputs.filter(Boolean))]
}
