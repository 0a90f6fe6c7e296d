/** Whom a task may be given to, found by any part of the name, its pinyin initials, the post or the institution. */
import type { Reassignee } from '../api/types'

/** Those in whom every word of `wanted` is found, however it is written. */
export function matching(people: Reassignee[], wanted: string): Reassignee[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  return people.filter(({ name, initials, post, institution }) => {
    const text = [name, initials, post, institution].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
