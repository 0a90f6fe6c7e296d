/** The names that expressions of a process may read, as far as the design says them: form fields, results of steps, scripts. */
import type { Drawing } from '../canvas/drawing'
import type { ModdleElement } from '../canvas/moddle'
import { ofKind } from '../state'
import { extensions, flowElements, inside, processOf, text } from './element'

export interface FormField {
  key: string
  label: string
  type: string
  /** Fields of the rows of a list. */
  inside: FormField[]
}

interface Component {
  key?: string
  path?: string
  label?: string
  type: string
  components?: Component[]
}

/** The forms of the design by id, with their fields. A broken file has none. */
export function formsOf(): Map<string, { title: string; file: string; fields: FormField[] }> {
  const found = new Map<string, { title: string; file: string; fields: FormField[] }>()
  for (const { name, content } of ofKind('form')) {
    const form = parsed(content)
    if (form?.id) found.set(form.id, { title: form.properties?.title ?? form.id, file: name, fields: fieldsOf(form.components ?? []) })
  }
  return found
}

function parsed(content: string): { id?: string; properties?: { title?: string }; components?: Component[] } | null {
  try {
    return JSON.parse(content) as { id?: string; components?: Component[] }
  } catch {
    return null
  }
}

function fieldsOf(components: readonly Component[]): FormField[] {
  return components.flatMap(({ key, path, label, type, components: within }): FormField[] => {
    if (type === 'dynamiclist' && path) return [{ key: path, label: label ?? path, type, inside: fieldsOf(within ?? []) }]
    const own = key ? [{ key, label: label ?? key, type, inside: [] }] : []
    return [...own, ...fieldsOf(within ?? [])]
  })
}

const ALWAYS = ['parameters', 'starterPost', 'starterInst', 'owner', 'now', 'institutionNames']

/** What an expression at this element may read. */
export function namesAt(model: ModdleElement): string[] {
  const process = processOf(model)
  const found = new Set(ALWAYS)
  const forms = formsOf()
  for (const element of flowElements(process)) {
    if (element.$type === 'bpmn:UserTask') {
      if (element.id) found.add(element.id)
      for (const { key } of forms.get(text(extensions(element, 'Approval')[0], 'form'))?.fields ?? []) found.add(key.split('.')[0]!)
    }
    if (element.$type === 'bpmn:ScriptTask') for (const line of text(element, 'script').split(/[\n;]/)) add(found, /^\s*([A-Za-z_]\w*)\s*=[^=]/.exec(line)?.[1])
    for (const call of extensions(element, 'Call')) for (const out of inside(call, 'Out')) add(found, text(out, 'name'))
    for (const receive of extensions(element, 'Receive')) for (const accept of inside(receive, 'Accept')) add(found, text(accept, 'as') || text(accept, 'name'))
    for (const decision of extensions(element, 'Decision')) add(found, text(decision, 'result'))
    for (const out of extensions(element, 'Out')) add(found, text(out, 'name'))
    const loop = element.get('loopCharacteristics') as ModdleElement | undefined
    add(found, text(loop?.get('inputDataItem') as ModdleElement | undefined, 'name'))
  }
  for (const number of process ? extensions(process, 'Number') : []) add(found, text(number, 'variable'))
  return [...found].sort()
}

function add(names: Set<string>, name: string | undefined): void {
  if (name) names.add(name)
}

/** User tasks of the process of an element, by id and name. */
export function userTasks(model: ModdleElement): [string, string][] {
  return flowElements(processOf(model)).filter(({ $type }) => $type === 'bpmn:UserTask').map((task) => [task.id ?? '', text(task, 'name') || (task.id ?? '')])
}

/** The roles that the rules of a task give, and those that need not be given. */
export function rolesOf(model: ModdleElement): string[] {
  const given = extensions(model, 'Assign').map((rule) => text(rule, 'role')).filter(Boolean)
  return [...new Set([...given, 'added', 'advice', 'chair', 'reader'])]
}

/** Processes of the whole design, for calls. */
export function processesOf(drawing: Drawing): [string, string][] {
  const here = drawing.get('elementRegistry').getAll().map(({ businessObject }) => businessObject.get?.('processRef') as ModdleElement | undefined)
  const own = here.filter((process): process is ModdleElement => process?.$type === 'bpmn:Process')
  const others = ofKind('bpmn').flatMap(({ content }) => [...content.matchAll(/<(?:\w+:)?process\b[^>]*\bid="([^"]+)"[^>]*>/g)].map(([tag, id]) => [id!, /\bname="([^"]+)"/.exec(tag)?.[1] ?? id!] as [string, string]))
  const all = new Map<string, string>(others)
  for (const process of own) all.set(process.id ?? '', text(process, 'name') || (process.id ?? ''))
  return [...all]
}

