import { expect, test } from 'vitest'
import type { Reassignee } from '../api/types'
import { matching } from './people'

const person = (name: string, initials: string, post: string): Reassignee => ({ id: name, name, initials, post, institution: '县总医院' })
const PEOPLE = [person('赵国强', 'zgq', '院长'), person('单国强', 'dgq sgq', '心内科主任'), person('Li Na', 'lina', '院长')]
const found = (wanted: string): string[] => matching(PEOPLE, wanted).map(({ name }) => name)

test('people are found by characters, initials, post and institution', () => {
  expect(found('')).toHaveLength(3)
  expect(found('zgq')).toEqual(['赵国强'])
  expect(found('SGQ')).toEqual(['单国强'])
  expect(found('国强 主任')).toEqual(['单国强'])
  expect(found('li')).toEqual(['Li Na'])
  expect(found('总医院 院长')).toEqual(['赵国强', 'Li Na'])
  expect(found('xyz')).toEqual([])
})
