/**
 * What can be said about a component and about a form, in the order of the panel. A property names the attribute of the file,
 * the way it is written, and the kinds that have it; `engine/forms` reads the same attributes and refuses others.
 */
import type { EditorKey } from '../../i18n/designer-editors'
import { CHOICES, CONTAINERS, type Component } from './tree'

export type Way = 'text' | 'area' | 'number' | 'flag' | 'choice' | 'expression' | 'options' | 'copies'

export interface Property {
  name: string
  way: Way
  label: EditorKey
  hint?: EditorKey
  choices?: readonly (readonly [string, EditorKey])[]
}

export interface Chapter {
  title: EditorKey
  properties: Property[]
}

const text = (name: string, label: EditorKey, hint?: EditorKey): Property => ({ name, way: 'text', label, ...(hint ? { hint } : {}) })
const area = (name: string, label: EditorKey, hint?: EditorKey): Property => ({ ...text(name, label, hint), way: 'area' })
const number = (name: string, label: EditorKey): Property => ({ name, way: 'number', label })
const flag = (name: string, label: EditorKey): Property => ({ name, way: 'flag', label })
const expression = (name: string, label: EditorKey, hint?: EditorKey): Property => ({ ...text(name, label, hint), way: 'expression' })
const choice = (name: string, label: EditorKey, choices: Property['choices']): Property => ({ name, way: 'choice', label, choices: choices! })

const HIDE = expression('conditional.hide', 'property.hide', 'property.hide.hint')
const REQUIRED = [flag('validate.required', 'property.required'), expression('properties.requiredWhen', 'property.requiredWhen', 'property.requiredWhen.hint')]
const REQUIRED_WORDS = [text('properties.requiredMessage', 'property.requiredMessage'), text('properties.requiredMessageEn', 'property.requiredMessageEn')]
const PATTERN = [text('validate.pattern', 'property.pattern', 'property.pattern.hint'), text('properties.patternMessage', 'property.patternMessage'), text('properties.patternMessageEn', 'property.patternMessageEn')]
const RULES = [['', 'choice.none'], ['id-number', 'rule.idNumber'], ['phone', 'rule.phone'], ['uscc', 'rule.uscc'], ['staff-number', 'rule.staffNumber']] as const

function labels({ type, subtype }: Component): Property[] {
  const name = type === 'datetime' ? (subtype === 'time' ? 'timeLabel' : 'dateLabel') : 'label'
  return [text(name, 'property.label'), text('properties.labelEn', 'property.labelEn')]
}

function limitsOf(component: Component): Property[] {
  switch (component.type) {
    case 'textfield':
      return [
        number('validate.minLength', 'property.minLength'), number('validate.maxLength', 'property.maxLength'), ...PATTERN,
        choice('properties.rule', 'property.rule', RULES), expression('properties.ruleWhen', 'property.ruleWhen'),
        text('properties.matchBirth', 'property.matchBirth'), text('properties.matchSex', 'property.matchSex'),
        choice('validate.validationType', 'property.validationType', [['', 'choice.none'], ['email', 'validation.email'], ['phone', 'validation.phone'], ['custom', 'validation.custom']]),
      ]
    case 'textarea':
      return [number('validate.minLength', 'property.minLength'), number('validate.maxLength', 'property.maxLength')]
    case 'number':
      return [number('validate.min', 'property.min'), number('validate.max', 'property.max'), number('decimalDigits', 'property.decimalDigits'), flag('properties.money', 'property.money')]
    case 'datetime':
      return [
        choice('subtype', 'property.subtype', [['date', 'subtype.date'], ['time', 'subtype.time'], ['datetime', 'subtype.datetime']]),
        flag('disallowPassedDates', 'property.noPast'), choice('properties.rule', 'property.rule', [['', 'choice.none'], ['date-past', 'rule.datePast']]),
      ]
    case 'filepicker':
      return [text('accept', 'property.accept', 'property.accept.hint'), flag('multiple', 'property.multiple'), number('properties.maxFiles', 'property.maxFiles'), number('properties.maxMegabytes', 'property.maxMegabytes')]
    case 'dynamiclist':
      return [number('properties.maxRows', 'property.maxRows')]
    default:
      return []
  }
}

/** What stands in the field before anybody has written. */
function initial({ type }: Component): Property[] {
  if (type === 'filepicker' || type === 'checklist' || type === 'taglist' || type === 'dynamiclist') return []
  return [type === 'checkbox' ? flag('defaultValue', 'property.default') : type === 'number' ? number('defaultValue', 'property.default') : text('defaultValue', 'property.default')]
}

function looksOf(component: Component): Property[] {
  const layout = [text('layout.row', 'property.row', 'property.row.hint'), number('layout.columns', 'property.columns')]
  switch (component.type) {
    case 'textfield':
      return [...layout, choice('properties.mask', 'property.mask', [['', 'choice.none'], ['name', 'mask.name'], ['id', 'mask.id'], ['phone', 'mask.phone']])]
    case 'number':
      return [...layout, text('properties.unit', 'property.unit'), number('properties.critical.low', 'property.criticalLow'), number('properties.critical.high', 'property.criticalHigh')]
    default:
      return layout
  }
}

/** The chapters of a component's panel. */
export function chaptersOf(component: Component): Chapter[] {
  const { type } = component
  if (type === 'separator') return [{ title: 'chapter.shown', properties: [HIDE] }]
  if (type === 'spacer') return [{ title: 'chapter.shown', properties: [HIDE, number('height', 'property.height'), number('layout.columns', 'property.columns')] }]
  if (type === 'text') return [{ title: 'chapter.basic', properties: [area('text', 'property.text', 'property.text.hint'), area('properties.textEn', 'property.textEn')] }, { title: 'chapter.shown', properties: [HIDE] }]
  if (type === 'group') {
    return [
      { title: 'chapter.basic', properties: [...labels(component), text('path', 'property.path', 'property.path.hint')] },
      { title: 'chapter.shown', properties: [HIDE, ...looksOf(component)] },
    ]
  }
  const rows = type === 'dynamiclist'
  const basic = rows
    ? [...labels(component), text('path', 'property.key', 'property.key.hint')]
    : [...labels(component), text('key', 'property.key', 'property.key.hint'), area('description', 'property.description'), area('properties.descriptionEn', 'property.descriptionEn')]
  return [
    { title: 'chapter.basic', properties: basic },
    ...(CHOICES.includes(type) ? [{ title: 'chapter.options', properties: [{ name: 'values', way: 'options', label: 'property.options' }, text('valuesKey', 'property.valuesKey', 'property.valuesKey.hint')] } as Chapter] : []),
    { title: 'chapter.written', properties: [...(rows ? [] : [flag('readonly', 'property.readonly')]), ...REQUIRED, ...(rows ? [] : REQUIRED_WORDS), ...limitsOf(component), ...initial(component)] },
    { title: 'chapter.shown', properties: [HIDE, ...looksOf(component)] },
  ]
}

/** Attributes that have their place in the panel, or that the editor keeps itself. */
export function known(component: Component): Set<string> {
  const own = ['type', 'id', 'components', ...(CONTAINERS.includes(component.type) ? ['allowAddRemove'] : [])]
  return new Set([...own, ...chaptersOf(component).flatMap(({ properties }) => properties.map(({ name }) => name))])
}

const TITLES = [text('properties.title', 'property.title'), text('properties.titleEn', 'property.titleEn')]

export const FORM: Chapter[] = [
  { title: 'chapter.form', properties: [...TITLES, text('properties.copy', 'property.copy', 'property.copy.hint'), text('properties.copyEn', 'property.copyEn')] },
]

export const DOCUMENT: Chapter[] = [
  { title: 'chapter.document', properties: [...TITLES, text('properties.process', 'document.process', 'document.process.hint'), text('properties.posts', 'document.posts', 'document.posts.hint'), expression('properties.availableWhen', 'document.available')] },
  {
    title: 'chapter.paper',
    properties: [
      text('properties.issuer', 'document.issuer'), text('properties.numbered', 'document.numbered'), { name: 'properties.copies', way: 'copies', label: 'document.copies' },
      text('properties.mark', 'document.mark'), text('properties.markEn', 'document.markEn'), expression('properties.markWhen', 'document.markWhen'),
      text('properties.signatures', 'document.signatures', 'document.signatures.hint'), flag('properties.letterhead', 'document.letterhead'), text('properties.closing', 'document.closing', 'document.closing.hint'),
    ],
  },
]
