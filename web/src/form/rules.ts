/**
 * The form's rules while writing, the same ones as on the server: required, limits, named rules, checks between fields. The
 * server has the last word; this only saves a round trip and names all that is missing at once.
 */
import type { Field, Form, FormCheck, Node, Rows, Value, Values } from '../api/types'
import { exactly } from '../clock/now'
import { evaluate, isTrue, namesIn, type Names } from '../expressions/evaluate'
import { Fault } from '../expressions/fault'
import { compare, Num, numberOf } from '../expressions/number'
import { either, t, type Key } from '../i18n'
import { brokenRule, isEmail } from './named-rules'
import { isBlank, isBlankRow, isDemanded, isHidden, namesInRow, namesOf, typedValue, type Demand } from './names'
import { isKept, isOrnament, isRows, isSection, isThere, type Path } from './nodes'

export const labelOf = (node: { label: string; labelEn: string }): string => either(node.label, node.labelEn)

/** What is wrong, by field path, for an outcome with its demand. */
export function faultsOf(form: Form, values: Values, demand: Demand): Record<string, string> {
  const names = namesOf(form.components, values)
  const faults: Record<string, string> = {}
  walk(form.components, values, { names, path: [], name: [], demand, faults })
  for (const check of form.checks) {
    if (!faults[check.field] && !holds(check, names)) faults[check.field] = either(check.message, check.messageEn)
  }
  return faults
}

interface Level {
  names: Names
  path: Path
  /** The path without row numbers, as rights and outcomes name fields. */
  name: Path
  demand: Demand
  faults: Record<string, string>
}

const below = (level: Level, key: string): Level => ({ ...level, path: [...level.path, key], name: [...level.name, key] })

function walk(nodes: Node[], values: Values, level: Level): void {
  for (const node of nodes) {
    if (isOrnament(node) || isHidden(node, level.names)) continue
    if (isSection(node)) {
      if (node.path === undefined) walk(node.components, values, level)
      else walk(node.components, (values[node.path] ?? {}) as Values, below(level, node.path))
    } else if (isRows(node)) {
      walkRows(node, (values[node.path] ?? []) as Values[], below(level, node.path))
    } else if (node.access === 'write') {
      const here = below(level, node.key)
      const fault = faultOf(node, values[node.key] ?? null, here)
      if (fault) level.faults[here.path.join('.')] = fault
    }
  }
}

function walkRows(node: Rows, rows: Values[], level: Level): void {
  let filled = 0
  rows.forEach((row, at) => {
    if (node.rowRights.add && !isThere(row) && isBlankRow(node.components, row)) return
    filled++
    if (isKept(node, row)) return
    walk(node.components, row, { ...level, path: [...level.path, String(at)], names: namesInRow(level.names, node.components, row) })
  })
  if (!filled && isDemanded(node, level.names, level.name, level.demand)) {
    level.faults[level.path.join('.')] = t('error.row', { label: labelOf(node) })
  }
}

/** What is wrong with one value; nothing when it is right. */
function faultOf(field: Field, value: Value, { names, name, demand }: Level): string | null {
  if (isBlank(field, value)) return isDemanded(field, names, name, demand) ? missing(field) : null
  const label = labelOf(field)
  if (field.type === 'number') return numberFault(field, value)
  if (field.type === 'datetime') return momentFault(field, String(value), names)
  if (field.type === 'textfield' || field.type === 'textarea') return textFault(field, String(value).trim(), names)
  if (field.values && !(Array.isArray(value) ? value : [value]).every((one) => field.values!.some((option) => option.value === one))) {
    return t('error.option', { label })
  }
  return null
}

function missing(field: Field): string {
  const label = labelOf(field)
  if (field.type === 'checkbox') return t('error.tick', { label })
  const none = field.values?.find((option) => ['无', '没有', '否认'].includes(option.label))
  if (none) return t('error.requiredOrNone', { label, none: either(none.label, none.labelEn) })
  return t('error.required', { label })
}

function numberFault(field: Field, value: Value): string | null {
  const [label, number] = [labelOf(field), typedValue(field, value)]
  const exact = typeof number === 'number' ? numberOf(String(number)) : number
  if (!(exact instanceof Num)) return t('error.number', { label })
  const digits = field.decimalDigits
  if (digits !== undefined && places(exact) > digits) return digits ? t('error.digits', { label, n: digits }) : t('error.integer', { label })
  const { min, max } = field.validate ?? {}
  const unit = field.properties.unit ? ` ${field.properties.unit}` : ''
  if (min !== undefined && compare(exact, numberOf(String(min))) < 0) return t('error.min', { label, n: `${min}${unit}` })
  if (max !== undefined && compare(exact, numberOf(String(max))) > 0) return t('error.max', { label, n: `${max}${unit}` })
  return null
}

/** Decimal places that are not zeros at the end. */
function places({ units, places }: Num): number {
  let [rest, count] = [units, places]
  for (; count > 0 && rest % 10n === 0n; count--) rest /= 10n
  return count
}

function momentFault(field: Field, text: string, names: Names): string | null {
  const shape = { date: /^\d{4}-\d{2}-\d{2}$/, time: /^\d{2}:\d{2}/, datetime: /^\d{4}-\d{2}-\d{2}T/ }[field.subtype ?? 'date']
  if (!shape.test(text)) return t('error.date', { label: labelOf(field) })
  return ruleFault(field, text, names)
}

function textFault(field: Field, text: string, names: Names): string | null {
  const { minLength, maxLength, pattern, validationType } = field.validate ?? {}
  const facts = { label: labelOf(field), now: Array.from(text).length }
  if (maxLength && facts.now > maxLength) return t('error.maxLength', { ...facts, n: maxLength })
  if (minLength && facts.now < minLength) return t('error.minLength', { ...facts, n: minLength })
  if (pattern && !new RegExp(pattern).test(text)) return t('error.pattern', facts)
  if (validationType === 'email' && !isEmail(text)) return t('error.email', facts)
  if (validationType === 'phone' && !field.properties.rule && brokenRule('phone', text, exactly())) return t('error.phone', facts)
  return ruleFault(field, text, names)
}

function ruleFault(field: Field, text: string, names: Names): string | null {
  const { rule, ruleWhen } = field.properties
  if (!rule || (ruleWhen && !isTrue(ruleWhen.tree, names))) return null
  const broken: Key | null = brokenRule(rule, text, exactly())
  return broken && t(broken, { label: labelOf(field) })
}

/** While a field it names is empty a check holds; otherwise what cannot be evaluated fails. */
function holds(check: FormCheck, names: Names): boolean {
  try {
    return evaluate(check.tree, names) === true
  } catch (failure) {
    if (!(failure instanceof Fault)) throw failure
    return [...namesIn(check.tree)].some((name) => hasGap(names[name]))
  }
}

function hasGap(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (Array.isArray(value)) return !value.length || value.some(hasGap)
  return typeof value === 'object' && !(value instanceof Num) && Object.values(value).some(hasGap)
}
