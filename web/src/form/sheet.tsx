/** A form on paper: its head, its sections in the order of the file, and what stands at the foot. */
import type { ComponentChildren } from 'preact'
import type { Form, Node } from '../api/types'
import { either, language } from '../i18n'
import { isSection } from './nodes'
import { Cells, isVacant, SectionBlock } from './section'
import { useWriting } from './writing'

export function Sheet({ form, children }: { form: Form | null; children?: ComponentChildren }) {
  const { values } = useWriting()
  return (
    <div class="sheet">
      {form && blocksOf(form.components).filter((block) => !block.every((node) => isVacant(node, values, []))).map((block, at) =>
        isSection(block[0]!) ? <SectionBlock key={block[0].id} section={block[0]} path={[]} /> : <section key={at} class="fs flat"><Cells nodes={block} path={[]} /></section>,
      )}
      {children}
    </div>
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

export function Head({ form, process, number }: { form: Form | null; process: string; number: string | null }) {
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
