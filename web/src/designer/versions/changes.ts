/** What differs between two versions, as the server tells it, put in the words of the editors. */
import type { ChangedFile, ChangedItem } from '../../api/designs'
import { ed } from '../../i18n/designer-editors'

/** Property paths that have a word of their own, by what they are called in the panel. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)liandong:deadline\.term$/, 'term'], [/(^|\.)liandong:deadline\.response$/, 'response'], [/(^|\.)liandong:deadline\.calendar$/, 'calendar'], [/(^|\.)liandong:deadline\.ladder$/, 'ladder'],
  [/(^|\.)liandong:approval\.mode$/, 'mode'], [/(^|\.)liandong:approval\.form$/, 'form'], [/(^|\.)liandong:approval/, 'approval'],
  [/(^|\.)liandong:assign/, 'assign'], [/(^|\.)liandong:outcome/, 'outcome'], [/(^|\.)liandong:fields/, 'fields'], [/(^|\.)liandong:apart/, 'apart'],
  [/(^|\.)liandong:auto/, 'auto'], [/(^|\.)liandong:fallback/, 'fallback'], [/(^|\.)liandong:copy/, 'copy'], [/(^|\.)liandong:button/, 'button'],
  [/(^|\.)liandong:starter/, 'starter'], [/(^|\.)liandong:send/, 'send'], [/(^|\.)liandong:receive/, 'receive'], [/(^|\.)liandong:call\b/, 'call'],
  [/(^|\.)liandong:decision/, 'decision'], [/(^|\.)liandong:subject/, 'subject'], [/(^|\.)conditionExpression/, 'condition'], [/(^|\.)time(Duration|Date|Cycle)/, 'timer'],
  [/^(sourceRef|targetRef)$/, 'flow'], [/^default$/, 'default'], [/^script/, 'script'], [/^name$|^(label|dateLabel|timeLabel)$/, 'name'], [/labelEn$/, 'nameEn'],
  [/^validate\.required$/, 'required'], [/requiredWhen$/, 'requiredWhen'], [/^validate\./, 'limit'], [/^conditional\.hide$/, 'hide'], [/^values/, 'options'], [/^layout/, 'layout'], [/^readonly$/, 'readonly'],
  [/^(key|path)$/, 'variable'], [/^hitPolicy$/, 'policy'], [/valid-(from|to)$/, 'validity'], [/^(description|documentation)/, 'description'],
]

/** A property as a person calls it, or its path where it has no word. */
export function wordOf(property: string): string {
  const found = WORDS.find(([pattern]) => pattern.test(property))
  return found ? ed(`word.${found[1]}` as 'word.term') : property
}

export interface Group {
  element: string | null
  name: string
  items: ChangedItem[]
}

/** The items of one element together, in the order of the file; what is only moved comes last. */
export function grouped(file: ChangedFile): Group[] {
  const groups = new Map<string, Group>()
  for (const item of file.items) {
    const key = item.element ?? ''
    const group = groups.get(key) ?? { element: item.element, name: item.name || item.element || '', items: [] }
    group.items.push(item)
    groups.set(key, group)
  }
  const moved = (group: Group): boolean => group.items.every(({ change }) => change === 'moved')
  return [...groups.values()].sort((one, other) => Number(moved(one)) - Number(moved(other)))
}

const RANK = { moved: 0, changed: 1, removed: 2, added: 2 }

/** The strongest thing that happened to each element: added or removed, else changed, else moved. */
export function marks(file: ChangedFile): Map<string, ChangedItem['change']> {
  const found = new Map<string, ChangedItem['change']>()
  for (const { element, change, property } of file.items) {
    if (!element) continue
    // A property that was added is a change of its element.
    const mark = property === null || change === 'moved' ? change : 'changed'
    const before = found.get(element)
    if (!before || RANK[mark] > RANK[before]) found.set(element, mark)
  }
  return found
}
