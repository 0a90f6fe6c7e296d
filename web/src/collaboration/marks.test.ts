import { expect, test } from 'vitest'
import type { CollaboratingCase, Collaboration, ExchangedMessage } from '../api/collaboration-types'
import { marksOf, nameOf, senders } from './marks'

const CASE: CollaboratingCase = {
  place: 0, visible: true, pool: '转出机构', institution: { code: 'CH01', name: '东湾' }, drawing: 0, poolId: 'from', id: 'a', number: 'ZZ1', state: 'active',
  startedAt: null, endedAt: null, done: ['fill', 'wait'], awaits: [],
  tokens: [{ element: 'wait', name: '等答复', count: 1, since: '2026-11-24T08:00:00Z' }],
}
const OFFERED: CollaboratingCase = { ...CASE, place: 1, pool: '转入机构', poolId: 'to', id: 'b', number: 'ZZ2', institution: { code: 'CH00', name: '总医院' }, tokens: [{ ...CASE.tokens[0]!, element: 'accept' }] }
const OTHER: CollaboratingCase = { ...OFFERED, place: 2, id: null, number: null, visible: false, institution: { code: 'CH02', name: '柳塘' } }
const MESSAGE: ExchangedMessage = {
  id: 'm', name: 'Offer', source: 0, target: 1, sourceName: '东湾', targetName: '总医院', fromStep: '发出', toStep: null, flows: [{ drawing: 0, flow: 'offer' }],
  state: 'delivered', reason: null, sentAt: '2026-11-24T08:00:00Z', deliveredAt: null, expiresAt: '2026-12-24T08:00:00Z',
}
const CONTENT: Collaboration = {
  here: 0, cases: [CASE, OFFERED, OTHER], drawings: [{ id: 'd', xml: '', title: '', blackBoxes: [] }],
  messages: [MESSAGE, { ...MESSAGE, id: 'n', target: 2, state: 'waiting' }],
}

test('cases of one pool are marked together, and the worst message gives its arrow the state', () => {
  const marks = marksOf(CONTENT, 0, null)
  expect(marks.tokens.map(({ element, count }) => [element, count])).toEqual([['wait', 1], ['accept', 2]])
  expect(marks.done).toEqual(['fill'])
  expect(marks.flows.map(({ arrow, messages }) => [arrow, messages.length])).toEqual([['waiting', 2]])
  expect(marks.pools.map(({ element, cases }) => [element, cases.length])).toEqual([['from', 1], ['to', 2]])
  expect(marks.firsts).toEqual(['wait', 'from'])
})

test('of one case only its own tokens and messages are marked', () => {
  const marks = marksOf(CONTENT, 0, 1)
  expect(marks.tokens.map(({ element, count }) => [element, count])).toEqual([['accept', 1]])
  expect(marks.flows.map(({ arrow }) => arrow)).toEqual(['gone'])
  expect(marks.firsts).toEqual(['accept', 'to'])
})

test('whom a case waits for is said by institution where one is known', () => {
  const awaited = { element: 'wait', step: '答复', message: 'Answer', since: null, needed: true, pools: ['转入机构'], cases: [1, 2] }
  expect(senders(awaited, CONTENT.cases, '、', '外部')).toBe('总医院、柳塘')
  expect(senders({ ...awaited, cases: [] }, CONTENT.cases, '、', '外部')).toBe('转入机构')
  expect(senders({ ...awaited, cases: [], pools: [] }, CONTENT.cases, '、', '外部')).toBe('外部')
  expect(nameOf(CASE, [CASE, { ...CASE, place: 3, number: 'ZZ9' }])).toBe('东湾 ZZ1')
})
