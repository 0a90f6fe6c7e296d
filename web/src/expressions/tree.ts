/**
 * The checked tree of an expression as the server sends it (engine/expressions documents the format). The browser never sees
 * source code to run: only this tree, whose every kind of node is listed here.
 */
export type Tree =
  | { k: 'num'; v: string }
  | { k: 'str'; v: string }
  | { k: 'bool'; v: boolean }
  | { k: 'null' }
  | { k: 'name'; n: string }
  | { k: 'defined'; n: string }
  | { k: 'list'; items: Tree[] }
  | { k: 'dict'; items: [Tree, Tree][] }
  | { k: 'key'; of: Tree; key: string }
  | { k: 'index'; of: Tree; at: Tree }
  | { k: 'not' | 'neg' | 'empty'; of: Tree }
  | { k: 'and' | 'or'; items: Tree[] }
  | { k: 'compare'; first: Tree; rest: [Comparison, Tree][] }
  | { k: 'math'; op: Operator; left: Tree; right: Tree }
  | { k: 'if'; test: Tree; then: Tree; else: Tree }
  | { k: 'call'; f: string; args: Tree[] }

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not-in'
export type Operator = '+' | '-' | '*' | '/' | '//' | '%'

export interface Expression {
  source: string
  tree: Tree
}
