/** Runs a checked tree against the names it may see. It answers as the server does, or throws a Fault with the server's code. */
import { Fault } from './fault'
import { call, inside, position } from './functions'
import { add, divide, floorDivide, modulo, multiply, negate, numberOf, subtract, type Num } from './number'
import {
  admit, asBoolean, asList, asNumber, asText, asWhole, boundedList, boundedText, contains, equal, has, isDict, Meter, openKey,
  order, weight, wrongType, type Dict, type V,
} from './values'
import type { Comparison, Operator, Tree } from './tree'

export type Names = Record<string, unknown>

class Run {
  readonly meter = new Meter()
  readonly names: Names
  constructor(names: Names) {
    this.names = names
  }

  value(node: Tree): V {
    switch (node.k) {
      case 'num':
        return numberOf(node.v)
      case 'str':
      case 'bool':
        return node.v
      case 'null':
        return null
      case 'name':
        return this.name(node.n)
      case 'defined':
        return Object.hasOwn(this.names, node.n)
      case 'list':
        return node.items.map((item) => this.value(item))
      case 'dict':
        return this.dict(node.items)
      case 'key':
        return this.key(node.of, node.key)
      case 'index':
        return this.index(this.value(node.of), this.value(node.at))
      case 'math':
        return calculate(node.op, this.value(node.left), this.value(node.right))
      case 'if':
        return this.value(asBoolean(this.value(node.test)) ? node.then : node.else)
      case 'call':
        return this.call(node.f, node.args)
      default:
        return this.truth(node)
    }
  }

  private truth(node: Extract<Tree, { k: 'not' | 'neg' | 'empty' | 'and' | 'or' | 'compare' }>): V {
    switch (node.k) {
      case 'not':
        return !asBoolean(this.value(node.of))
      case 'neg':
        return negate(asNumber(this.value(node.of)))
      case 'empty':
        return isEmpty(this.value(node.of))
      case 'and':
        return node.items.every((item) => asBoolean(this.value(item)))
      case 'or':
        return node.items.some((item) => asBoolean(this.value(item)))
      case 'compare':
        return this.compare(node.first, node.rest)
      default:
        throw new Fault('not-computable')
    }
  }

  private name(name: string): V {
    if (!Object.hasOwn(this.names, name)) throw new Fault('missing-name')
    return admit(this.names[name])
  }

  private dict(items: [Tree, Tree][]): Dict {
    const built = Object.create(null) as Dict
    for (const [key, value] of items) {
      const name = openKey(asText(this.value(key)))
      built[name] = this.value(value)
    }
    return built
  }

  private key(of: Tree, key: string): V {
    const container = this.value(of)
    if (!isDict(container)) throw wrongType()
    if (!has(container, key)) throw new Fault('missing-key')
    return container[key]!
  }

  private index(container: V, place: V): V {
    if (isDict(container)) {
      const key = openKey(asText(place))
      if (!has(container, key)) throw new Fault('missing-key')
      return container[key]!
    }
    if (!Array.isArray(container)) throw wrongType()
    const at = asWhole(place)
    if (!inside(container, at)) throw new Fault('out-of-range')
    return container[position(container, at)]!
  }

  private compare(first: Tree, rest: [Comparison, Tree][]): boolean {
    let left = this.value(first)
    for (const [operator, operand] of rest) {
      const right = this.value(operand)
      if (!holds(operator, left, right, this.meter)) return false
      left = right
    }
    return true
  }

  private call(name: string, args: Tree[]): V {
    const values = args.map((argument) => this.value(argument))
    for (const value of values) this.meter.spend(weight(value))
    return call(name, this.meter, values)
  }
}

function isEmpty(value: V): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return !value.length
  return isDict(value) && !Object.keys(value).length
}

function holds(operator: Comparison, left: V, right: V, meter: Meter): boolean {
  switch (operator) {
    case '==':
      return equal(left, right, meter)
    case '!=':
      return !equal(left, right, meter)
    case 'in':
      return contains(right, left, meter)
    case 'not-in':
      return !contains(right, left, meter)
    case '<':
      return order(left, right) < 0
    case '<=':
      return order(left, right) <= 0
    case '>':
      return order(left, right) > 0
    case '>=':
      return order(left, right) >= 0
  }
}

const NUMBERS: Record<Exclude<Operator, '+'>, (a: Num, b: Num) => Num> = {
  '-': subtract,
  '*': multiply,
  '/': divide,
  '//': floorDivide,
  '%': modulo,
}

function calculate(operator: Operator, left: V, right: V): V {
  if (operator !== '+') return NUMBERS[operator](asNumber(left), asNumber(right))
  if (typeof left === 'string') return boundedText(left + asText(right))
  if (Array.isArray(left)) return boundedList([...left, ...asList(right)])
  return add(asNumber(left), asNumber(right))
}

/** The value of the tree. Throws Fault. */
export function evaluate(tree: Tree, names: Names): V {
  return new Run(names).value(tree)
}

/** Whether the condition is true; one that cannot be evaluated, because a field is still empty, counts as false. */
export function isTrue(tree: Tree, names: Names): boolean {
  try {
    return evaluate(tree, names) === true
  } catch (failure) {
    if (failure instanceof Fault) return false
    throw failure
  }
}

/** The names a tree reads. */
export function namesIn(tree: Tree, found = new Set<string>()): Set<string> {
  if (tree.k === 'name' || tree.k === 'defined') found.add(tree.n)
  for (const part of partsOf(tree)) namesIn(part, found)
  return found
}

function partsOf(tree: Tree): Tree[] {
  switch (tree.k) {
    case 'list':
    case 'and':
    case 'or':
      return tree.items
    case 'dict':
      return tree.items.flat()
    case 'key':
    case 'not':
    case 'neg':
    case 'empty':
      return [tree.of]
    case 'index':
      return [tree.of, tree.at]
    case 'compare':
      return [tree.first, ...tree.rest.map(([, operand]) => operand)]
    case 'math':
      return [tree.left, tree.right]
    case 'if':
      return [tree.test, tree.then, tree.else]
    case 'call':
      return tree.args
    default:
      return []
  }
}
