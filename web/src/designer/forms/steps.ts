/** Which steps of the design use a form, and what each lets be done with a field: what an author of forms needs to see. */
import { attribute, NotXml, scan, type Element } from '../text/xml'

export interface Step {
  id: string
  name: string
  file: string
  /** Null: as the form says. */
  write: string[] | null
  required: string[]
  hidden: string[]
}

export type Access = 'write' | 'read' | 'hidden'

/** The user tasks of these diagrams by the form that they name; a diagram that cannot be read has none. */
export function stepsByForm(diagrams: readonly { name: string; content: string }[]): Map<string, Step[]> {
  const found = new Map<string, Step[]>()
  for (const { name, content } of diagrams) {
    for (const [form, step] of stepsIn(name, content)) found.set(form, [...(found.get(form) ?? []), step])
  }
  return found
}

function stepsIn(file: string, content: string): [string, Step][] {
  let root: Element
  try {
    root = scan(content)
  } catch (failure) {
    if (failure instanceof NotXml) return []
    throw failure
  }
  const found: [string, Step][] = []
  const walk = (element: Element) => {
    const parts = element.children.find(({ local }) => local === 'extensionElements')?.children ?? []
    const form = parts.filter(({ local }) => local === 'approval').map((one) => attribute(one, 'form'))[0] ?? attribute(element, 'formKey') ?? attribute(element, 'formRef')
    if (form && element.local !== 'process') {
      // Rights for one role alone say nothing of the others.
      const rights = parts.find((one) => one.local === 'fields' && attribute(one, 'for') === undefined)
      const names = (key: string) => (rights ? (attribute(rights, key) ?? '').split(/[\s,]+/).filter(Boolean) : [])
      found.push([form, { id: attribute(element, 'id') ?? '', name: attribute(element, 'name') || attribute(element, 'id') || '', file, write: rights ? names('write') : null, required: names('required'), hidden: names('hidden') }])
    }
    element.children.forEach(walk)
  }
  walk(root)
  return found
}

/** Whether a name in rights covers the field: its own, or that of a group or list around it. */
const covers = (names: string[], field: string): boolean => names.some((name) => field === name || field.startsWith(`${name}.`))
/** Columns of a list may be written one by one while the list is not. */
const inside = (names: string[], field: string): boolean => names.some((name) => name.startsWith(`${field}.`))

export function accessOf(step: Step, field: string, readonly: boolean): Access {
  if (covers(step.hidden, field)) return 'hidden'
  const write = step.write === null ? !readonly : covers(step.write, field) || inside(step.write, field) || covers(step.required, field)
  return write ? 'write' : 'read'
}

/** Names in the rights of a step that the form does not have. */
export function strangersIn(step: Step, names: ReadonlySet<string>): string[] {
  return [...new Set([...(step.write ?? []), ...step.required, ...step.hidden])].filter((name) => !names.has(name))
}
