/**
 * The slip: a printed form with a title, a number and cells. The form file gives the cells; what this person may write is
 * tinted, what is read-only is white, and what others have signed stands at the foot.
 */
import { useMemo } from 'preact/hooks'
import type { Form, Node } from '../api/types'
import { either, language, t } from '../i18n'
import type { Leaf } from '../task/leaf'
import { namesOf } from './names'
import { isSection } from './nodes'
import { Cells, isVacant, SectionBlock } from './section'
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
  const writing: Writing = { values, names, faults, uploads: leaf.uploads, write: leaf.write }
  if (!form && !before.length) return <p class="note">{t('task.noForm')}</p>
  return (
    <WritingContext.Provider value={writing}>
      <Head form={form} process={detail.process.name} number={detail.instance.number} />
      <div class="sheet">
        {form && blocksOf(form.components).filter((block) => !block.every((node) => isVacant(node, values, []))).map((block, at) =>
          isSection(block[0]!) ? <SectionBlock key={block[0].id} section={block[0]} path={[]} /> : <section key={at} class="fs flat"><Cells nodes={block} path={[]} /></section>,
        )}
        <Signatures opinions={before} instanceId={detail.instance.id} />
      </div>
    </WritingContext.Provider>
  )
}

/** Sections alone, and what stands between them together. */
function blocksOf(nodes: Node[]): Node[][] {
  const blocks: Node[][] = []
  for (const node of nodes) {
    const last = blocks.at(-1)
    if (isSection(node) || !last || isSection(last[0]!)) blocks.push([node])
    else last.push(node)
  }
  return blocks
}

function Head({ form, process, number }: { form: Form | null; process: string; number: string | null }) {
  return (
    <div class="shead">
      <span>{form?.copy ? <Copy form={form} /> : process}</span>
      <h2>{form ? either(form.title, form.titleEn) : process}</h2>
      <span class="r">{number}</span>
    </div>
  )
}

/** 第三联 接收科室: the number of the copy printed, whose it is as a tag in the copy's colour. */
function Copy({ form }: { form: Form }) {
  const [name = '', ...owner] = form.copy!.split(' ')
  const number = ['一', '二', '三', '四'].findIndex((digit) => name.includes(digit)) + 1
  const tag = (words: string) => <span class={`tag${number ? ` l${number}` : ''}`}>{words}</span>
  if (language.value === 'en' && form.copyEn) return tag(form.copyEn)
  return <>{name} {owner.length > 0 && tag(owner.join(' '))}</>
}
