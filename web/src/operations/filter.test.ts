import { expect, test } from 'vitest'
import { addressOf, beginning, dayOf, filterIn, following } from './filter'

test('a filter stands in the address and comes back as it was', () => {
  const filter = { q: 'ZZ 1', process: 'referral_from', version: 2, days: 7, where: ['urgency = U', 'toInst ~ 0&1'], startedFrom: '2026-11-24T00:00:00+08:00' }
  expect(filterIn(addressOf(filter).replace(/^[^?]*/, ''))).toEqual(filter)
  expect(addressOf({})).toBe('/operations/instances')
  expect(filterIn('?version=x&days=0&state=&where=')).toEqual({})
})

test('days are those of the community', () => {
  expect(beginning('2026-11-24')).toBe('2026-11-24T00:00:00+08:00')
  expect(following('2026-11-30')).toBe('2026-12-01T00:00:00+08:00')
  expect([dayOf('2026-11-23T16:00:00Z'), dayOf(following('2026-11-30'), 1)]).toEqual(['2026-11-24', '2026-11-30'])
  expect([beginning(''), following(''), dayOf(undefined)]).toEqual([undefined, undefined, ''])
})
