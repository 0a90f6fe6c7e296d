/** Terms and times in the words that people read, in China's time whatever the computer's zone. */
import { beforeAll, describe, expect, it, vi } from 'vitest'

vi.stubGlobal('localStorage', { getItem: () => null })
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
vi.stubGlobal('document', { documentElement: { dataset: {} } })

let term: typeof import('./term')
let words: typeof import('./words')
beforeAll(async () => {
  term = await import('./term')
  words = await import('./words')
})

const NOW = Date.parse('2026-11-20T15:49:00+08:00')
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()
const task = (left: number, whole: number, level = 0) => ({ dueAt: at(left), createdAt: at(left - whole), termSeconds: whole * 60, level })

describe('termOf', () => {
  it('is on time, then soon at 80 %', () => {
    expect(term.termOf(task(22, 30), NOW)).toMatchObject({ state: 'ok', words: '剩 22 分', at: '16:11' })
    expect(term.termOf(task(5, 30), NOW)).toMatchObject({ state: 'soon', words: '剩 5 分' })
  })
  it('is over at the due time, and says so before the server does', () => {
    expect(term.termOf(task(-42, 480), NOW)).toMatchObject({ state: 'over', words: '超 42 分' })
    expect(term.termOf(task(0, 30), NOW)).toMatchObject({ state: 'over', words: '刚超时' })
  })
  it('names the level once escalated', () => expect(term.termOf(task(-1500, 5000, 2), NOW)).toMatchObject({ state: 'esc', words: '二级，超 1 天' }))
  it('gives the clock time today and the date beyond tomorrow, without a ruler', () => {
    expect(term.termOf(task(300, 900), NOW)?.words).toBe('20:49 前')
    expect(term.termOf(task(4 * 1440, 9000), NOW)).toMatchObject({ words: '11 月 24 日', share: null })
    expect(term.termOf(task(8 * 1440, 20000), NOW)?.words).toBe('11 月 28 日 周六')
  })
  it('is nothing without a due date', () => expect(term.termOf({ dueAt: null, level: 0 }, NOW)).toBeNull())
})

describe('when', () => {
  it('is as short as it can be', () => {
    expect(words.when('2026-11-20T07:24:00Z', NOW)).toBe('15:24')
    expect(words.when('2026-11-19T09:52:00Z', NOW)).toBe('昨天 17:52')
    expect(words.when('2026-11-17T07:02:00Z', NOW)).toBe('11 月 17 日 15:02')
    expect(words.when('2025-11-17T07:02:00Z', NOW, 'date')).toBe('2025 年 11 月 17 日')
  })
  it('takes the day of China', () => expect(words.when('2026-11-20T16:30:00Z', NOW)).toBe('明天 00:30'))
})

describe('span', () => {
  it('has two units at most', () => {
    const spans = [0.5, 22, 60, 100, 24 * 60 + 70, 5 * 1440 + 90].map((minutes) => words.span(minutes * 60_000))
    expect(spans).toEqual(['30 秒', '22 分', '1 时', '1 时 40 分', '1 天 1 时', '5 天'])
  })
})
