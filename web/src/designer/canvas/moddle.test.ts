/** Every file of the process library goes through the designer's model without losing an element, an attribute or a text. */
import { BpmnModdle } from 'bpmn-moddle'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Parser } from 'saxen'
import { describe, expect, it } from 'vitest'
import { keepReferences, LIANDONG, type Warning } from './moddle'

interface Node {
  tag: string
  attributes: string[]
  text: string
  children: Node[]
}

/** What BPMN's schema says without being told; bpmn-moddle does not write it. */
const BY_DEFAULT = new Set(['isSequential=false', 'isInterrupting=true', 'cancelActivity=true'])

/** The tree of a file: attributes sorted, children of one name in their order, texts trimmed. */
function tree(xml: string): string {
  const root: Node = { tag: '', attributes: [], text: '', children: [] }
  const above = [root]
  const parser = new Parser()
  parser.on('openTag', (tag: string, attributes: () => Record<string, string>, decode: (text: string) => string) => {
    // Declared namespaces that nothing uses are no content, nor is what BPMN's schema says without being told.
    const own = Object.entries(attributes()).filter(([name, value]) => !name.startsWith('xmlns') && !BY_DEFAULT.has(`${name}=${value}`))
    const node = { tag, attributes: own.map(([name, value]) => `${name}=${decode(value)}`).sort(), text: '', children: [] }
    above.at(-1)!.children.push(node)
    above.push(node)
  })
  parser.on('closeTag', () => void above.pop())
  parser.on('text', (text: string, decode: (text: string) => string) => void (above.at(-1)!.text += decode(text)))
  parser.on('cdata', (text: string) => void (above.at(-1)!.text += text))
  parser.parse(xml)
  return lines(root, 0).join('\n')
}

function lines({ tag, attributes, text, children }: Node, depth: number): string[] {
  const sorted = [...children].sort((one, other) => (one.tag < other.tag ? -1 : one.tag > other.tag ? 1 : 0))
  return [`${' '.repeat(depth)}${tag} ${attributes.join(' ')} ${text.trim()}`, ...sorted.flatMap((child) => lines(child, depth + 1))]
}

const LIBRARY = fileURLToPath(new URL('../../../../bpmn/', import.meta.url))
const MODELS = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bpmn'))
const FOREIGN = `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:liandong="urn:liandong:bpmn:1"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:other="urn:other" id="d" targetNamespace="urn:t">
  <bpmn:process id="p" isExecutable="true"><bpmn:serviceTask id="s" camunda:type="external" camunda:topic="work" other:mark="1">
    <bpmn:extensionElements>
      <liandong:external topic="t" unheard="kept"><liandong:out name="a" /><other:deep><other:deeper x="1">y</other:deeper></other:deep><liandong:in name="b" value="\${c}" /></liandong:external>
      <camunda:inputOutput><camunda:inputParameter name="i">\${j}</camunda:inputParameter></camunda:inputOutput>
    </bpmn:extensionElements>
  </bpmn:serviceTask></bpmn:process></bpmn:definitions>`

async function through(xml: string): Promise<string> {
  const moddle = new BpmnModdle({ liandong: LIANDONG })
  const { rootElement, warnings } = await moddle.fromXML(xml)
  expect(keepReferences((type, properties) => moddle.create(type, properties), warnings as Warning[])).toEqual([])
  return (await moddle.toXML(rootElement, { format: true })).xml
}

/** What the kernel reads: extension element -> its attributes. */
function read(): Map<string, string[]> {
  const python = readFileSync(fileURLToPath(new URL('../../../../engine/kernel/placement.py', import.meta.url)), 'utf8')
  const shared = (name: string) => quoted(new RegExp(`^${name} = (.*\\)$|[^]*?^\\))`, 'm').exec(python)![0])
  const table = /^_ATTRIBUTES = \{\n([^]*?)^\}/m.exec(python)![1]!
  const entries = table.split(/^ {4}(?="\w+":)/m).filter(Boolean)
  return new Map(entries.map((entry) => {
    const [name, ...own] = quoted(entry)
    return [name!, [...own, ...(entry.includes('_PEOPLE') ? shared('_PEOPLE') : []), ...(entry.includes('_VALUE') ? shared('_VALUE') : [])].sort()]
  }))
}

const quoted = (text: string): string[] => [...text.matchAll(/"([\w-]+)"/g)].map(([, word]) => word!)

it('every attribute that the kernel reads can be written', () => {
  const written = LIANDONG.types.map(({ name, properties }) => [name.charAt(0).toLowerCase() + name.slice(1), properties.map((property) => property.name).filter((property) => property !== 'values').sort()] as const)
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(read()))
})

describe('a file goes in and out', () => {
  it.each(MODELS)('%s', async (name) => {
    const xml = readFileSync(join(LIBRARY, name), 'utf8')
    expect(tree(await through(xml))).toBe(tree(xml))
  })

  it('with what other tools and nobody here know', async () => {
    expect(tree(await through(FOREIGN))).toBe(tree(FOREIGN))
  })

  it('or says what of it would be lost', async () => {
    const moddle = new BpmnModdle({ liandong: LIANDONG })
    const { warnings } = await moddle.fromXML(FOREIGN.replaceAll('other:deep', 'liandong:unheard'))
    const lost = keepReferences((type, properties) => moddle.create(type, properties), warnings as Warning[])
    expect(lost.map(({ message }) => message)).toEqual([expect.stringContaining('liandong:unheard')])
  })
})
