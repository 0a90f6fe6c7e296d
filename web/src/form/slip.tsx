/**
 * The slip: a printed form with a title, a number and cells. The form file gives the cells; what this person may write is
 * tinted, what is read-only is white, and what others have signed stands at the foot.
 */
import { useMemo } from 'preact/hooks'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import type { Leaf } from '../task/leaf'
import { namesOf } from './names'
import { Head, Sheet } from './sheet'
import { Signatures } from './signatures'
import { WritingContext, type Writing } from './writing'

export default function Slip({ leaf }: { leaf: Leaf }) {
  const detail = leaf.detail.value!
  const values = leaf.values.value
  const faults = leaf.faults.value
  const { form } = detail
  // The votes of the round under way stand in its own boxes.
  const { seats } = detail.round
  const before = seats.length > 1 ? detail.opinions.filter(({ at, step }) => step !== detail.name || !seats.some(({ endedAt }) => endedAt === at)) : detail.opinions
  const names = useMemo(() => namesOf(form?.components ?? [], values), [form, values])
  const writing: Writing = { values, names, faults, uploads: leaf.uploads, write: leaf.write, narrow: narrow.value }
  if (!form && !before.length && detail.round.motions.length) return null
  if (!form && !before.length) return <p class="note">{t('task.noForm')}</p>
  return (
    <WritingContext.Provider value={writing}>
      <Head form={form} process={detail.process.name} number={detail.instance.number} />
      <Sheet form={form}><Signatures opinions={before} instanceId={detail.instance.id} /></Sheet>
    </WritingContext.Provider>
  )
}
