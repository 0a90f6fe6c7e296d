/** What a read-only cell shows: choices by their labels, instants as a person says them, critical values with an arrow. */
import { useSignal } from '@preact/signals'
import type { Field, Value } from '../api/types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { call } from '../expressions/functions'
import { Meter } from '../expressions/values'
import { either, t } from '../i18n'
import { FilesReading } from './files'
import { StaffReading } from './staff'

const DEMO = '·演示'

export function Reading({ field, value }: { field: Field; value: Value }) {
  if (value === null || value === '' || (Array.isArray(value) && !value.length)) return <span class="vh">{t('form.none')}</span>
  if (field.type === 'filepicker') return <FilesReading value={value} />
  if (field.properties.rule === 'staff-number') return <StaffReading number={String(value)} />
  const words = wordsOf(field, value)
  if (field.properties.mask === 'id') return <Masked words={words} />
  const critical = criticalSide(field, value)
  const unit = field.properties.unit && field.type === 'number' ? ` ${field.properties.unit}` : ''
  if (critical) return <span class="hot nw">{words}{unit} <Arrow side={critical} /></span>
  if (unit) return <span class="nw">{words}{unit}</span>
  return <Words words={words} />
}

/** The demo's suffix small and grey. */
function Words({ words }: { words: string }) {
  if (!words.endsWith(DEMO)) return <span class="words">{words}</span>
  return <>{words.slice(0, -DEMO.length)}<span class="d s nw">{DEMO}</span></>
}

/** Identity numbers are masked until asked for: others look over one's shoulder. Names and phones are what one works with. */
function Masked({ words }: { words: string }) {
  const open = useSignal(false)
  const covered = String(call('mask_id', new Meter(), [words]))
  return (
    <span class="nw">
      {open.value ? words : covered}{' '}
      <button type="button" class="link s" onClick={() => (open.value = !open.value)}>{t(open.value ? 'form.mask' : 'form.show')}</button>
    </span>
  )
}

export function wordsOf(field: Field, value: Value): string {
  if (Array.isArray(value)) return value.map((item) => labelIn(field, String(item))).join(t('comma.items'))
  if (typeof value === 'boolean') return t(value ? 'form.yes' : 'form.no')
  const text = String(value)
  if (field.type === 'select' || field.type === 'radio') return labelIn(field, text)
  if (field.type === 'datetime' && field.subtype === 'datetime') return when(text, now.value)
  if (field.type === 'number') return grouped(text, field.properties.money === true)
  return text
}

function labelIn(field: Field, value: string): string {
  const option = field.values?.find((one) => one.value === value)
  return option ? either(option.label, option.labelEn) : value
}

/** Amounts with thousands commas; a measured value stays as it was measured. */
function grouped(text: string, money: boolean): string {
  if (!money) return text
  const [whole = '', rest] = text.split('.')
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest === undefined ? '' : `.${rest}`)
}

function criticalSide(field: Field, value: Value): 'low' | 'high' | null {
  const bounds = field.properties.critical
  const number = value === null || value === '' ? NaN : Number(value)
  if (!bounds || Number.isNaN(number)) return null
  if (bounds.low !== undefined && number <= bounds.low) return 'low'
  return bounds.high !== undefined && number >= bounds.high ? 'high' : null
}

function Arrow({ side }: { side: 'low' | 'high' }) {
  return <span role="img" aria-label={t('form.critical')}>{side === 'high' ? '↑' : '↓'}</span>
}

/** Beside a value one is writing. */
export function CriticalMark({ field, value }: { field: Field; value: Value }) {
  const side = criticalSide(field, value)
  return side && <span class="hot s"><Arrow side={side} /></span>
}
