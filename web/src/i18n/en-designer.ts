import type { zh } from './zh-designer'

/** What is said to designers, in English. */
export const en: { [key in keyof typeof zh]: string } = {
  // The place and its frame
  noRight: 'Design belongs to the process designers.',
  'noRight.hint': 'Ask your IT officer if you need to see it.',
  empty: 'No processes yet',
  'empty.hint': 'Make one, or deploy one with liandong deploy.',
}
