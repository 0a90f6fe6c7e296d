/** 补录: when something really happened, and why it is entered only now. What a case was started with is offered to its first step too. */
import { signal } from '@preact/signals'
import type { Afterwards } from '../api/types'
import { when } from '../clock/words'
import { now } from '../clock/now'
import { either } from '../i18n'


/** Said of a case that was just started, by its id. */
export const begun = signal<ReadonlyMap<string, Afterwards>>(new Map())

export function begin(instance: string, entered: Afterwards): void {
  begun.value = new Map([...begun.value, [instance, entered]])
}

export function wordsOf({ occurredAt, reason }: Afterwards): string {
  const at = when(occurredAt, now.value)
  return either(`补录：实际发生于 ${at}，${reason}`, `Entered afterwards: happened ${at}; ${reason}`)
}
