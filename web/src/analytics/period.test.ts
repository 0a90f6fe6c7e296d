/** Periods of the address: their days, those one picks from, and open time in words. */
import { describe, expect, it, vi } from 'vitest'

vi.stubGlobal('localStorage', { getItem: () => null })
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
vi.stubGlobal('document', { documentElement: { dataset: {} } })

describe('a period', async () => {
  const { choices, periodOf, periodWords } = await import('./period')
  it('is a month, a quarter or a year with its days', () => {
    expect(periodOf('2028-02')).toMatchObject({ kind: 'month', first: '2028-02-01', last: '2028-02-29' })
    expect(periodOf('2026-Q4')).toMatchObject({ kind: 'quarter', first: '2026-10-01', last: '2026-12-31' })
    expect(periodOf('2026')).toMatchObject({ kind: 'year', first: '2026-01-01', last: '2026-12-31' })
  })
  it('is nothing else', () => expect(['2026-13', '2026-Q5', 'soon', ''].map(periodOf)).toEqual([null, null, null, null]))
  it('goes back over the turn of the year', () => {
    const { month, quarter, year } = choices(2027, 1)
    expect([month.length, month[1], quarter[1], year[1]]).toEqual([12, '2026-12', '2026-Q4', '2026'])
  })
  it('has a name', () => expect(['2026-11', '2026-Q4', '2026'].map((name) => periodWords(periodOf(name)!))).toEqual(['2026 年 11 月', '2026 年第 4 季度', '2026 年']))
})

describe('open time', async () => {
  const { heatOf, length } = await import('./words')
  it('is told in minutes and hours, never in days', () => {
    expect([0, 19 * 60, 90 * 60, 30 * 3600].map(length)).toEqual(['0 分', '19 分', '1 时 30 分', '30 时'])
  })
  it('is late from its whole term on', () => expect([49, 50, 99, 100, 130].map(heatOf)).toEqual(['h0', 'h1', 'h2', 'h3', 'h4']))
})
