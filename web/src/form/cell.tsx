/** One cell: the label printed, the value read or written, and under it what is wrong. */
import type { Field } from '../api/types'
import { either, t } from '../i18n'
import { Control, isGrouped } from './control'
import { AS_THE_FORM_SAYS, isBlank, isDemanded } from './names'
import { valueAt, type Path } from './nodes'
import type { Place } from './pack'
import { CriticalMark, Reading } from './reading'
import { useNames } from './section'
import { useWriting } from './writing'

export function Cell({ field, path, place }: { field: Field; path: Path; place: Place }) {
  const { values, faults } = useWriting()
  const names = useNames()
  const value = valueAt(values, path)
  const label = either(field.label, field.labelEn)
  const name = path.join('.')
  const style = { gridColumn: `span ${place.width}` }
  const shape = place.stacked ? 'stacked' : ''
  if (field.access === 'read') {
    return (
      <dl class={`c ${shape}`} style={style} data-field={name}>
        <dt>{label}</dt>
        <dd><Reading field={field} value={value} /></dd>
      </dl>
    )
  }
  const id = `f-${path.join('-')}`
  const fault = faults[name]
  const description = either(field.description, field.descriptionEn)
  const asked = isBlank(field, value) && isDemanded(field, names, path, AS_THE_FORM_SAYS)
  const notes = [description && `${id}-hint`, fault && `${id}-error`].filter(Boolean).join(' ') || undefined
  const caption = <>{label}{asked && <span class="req">{t('form.required')}</span>}</>
  return (
    <div class={`c ed ${shape}`} style={style} data-field={name}>
      {isGrouped(field) ? <span class="l" id={`${id}-label`}>{caption}</span> : <label for={id}>{caption}</label>}
      <div>
        <span class="entry">
          <Control field={field} path={path} value={value} id={id} invalid={Boolean(fault)} notes={notes} required={asked} />
          {field.properties.unit && <span class="s unit">{field.properties.unit}</span>}
          <CriticalMark field={field} value={value} />
        </span>
        {description && <p class="s d hint" id={`${id}-hint`}>{description}</p>}
        {fault && <p class="err" id={`${id}-error`}>{fault}</p>}
      </div>
    </div>
  )
}
