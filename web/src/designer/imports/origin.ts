/** Where a file comes from, told by the namespaces that it declares, and what it is called in a folder. */
import { scan } from '../text/xml'

const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/^http:\/\/camunda\.org\/schema\/1\.0\/bpmn$/, 'Camunda 7'],
  [/^http:\/\/operaton\.org\/schema\/1\.0\/bpmn$/, 'Operaton'],
  [/^http:\/\/flowable\.org\/bpmn$/, 'Flowable'],
  [/^http:\/\/activiti\.org\/bpmn$/, 'Activiti'],
  [/^http:\/\/camunda\.org\/schema\/zeebe\/1\.0$/, 'Camunda 8'],
  [/^urn:liandong:bpmn:1$/, '联动'],
]

export interface Origin {
  kind: 'bpmn' | 'decision'
  tool: string | null
  /** Elements and attributes of that tool. */
  extensions: number
}

/** Null for what is neither BPMN nor DMN. Raises NotXml. */
export function originOf(text: string): Origin | null {
  const root = scan(text)
  if (root.local !== 'definitions') return null
  const spaces = new Map(root.attributes.filter(({ name }) => name.startsWith('xmlns')).map(({ name, value }) => [name === 'xmlns' ? '' : name.slice(6), value]))
  const model = spaces.get(root.name.includes(':') ? root.name.split(':')[0]! : '') ?? ''
  const kind = model.includes('/BPMN/') ? 'bpmn' : model.includes('/DMN/') ? 'decision' : null
  if (!kind) return null
  for (const [pattern, tool] of TOOLS) {
    const prefix = [...spaces].find(([, uri]) => pattern.test(uri))?.[0]
    if (prefix) return { kind, tool, extensions: [...text.matchAll(new RegExp(`[\\s<]${prefix}:[A-Za-z]`, 'g'))].length }
  }
  return { kind, tool: null, extensions: 0 }
}

/** `Process 1.bpmn20.xml` becomes `Process_1.bpmn`. */
export function fileName(given: string, kind: Origin['kind']): string {
  const stem = given.replace(/\.(bpmn20\.xml|bpmn|dmn|xml)$/i, '').replace(/[^\p{L}\p{N}_.-]+/gu, '_').replace(/^[._]+/, '') || 'imported'
  return stem + (kind === 'bpmn' ? '.bpmn' : '.dmn')
}
