/** Cells fill their lines, narrow controls get the room they need, and a phone is at most two wide where one writes. */
import { describe, expect, it } from 'vitest'
import { pack, type Wish } from './pack'

const cell = (columns: number | null, more: Partial<Wish> = {}): Wish => ({ row: 'r', columns, editable: false, least: 2, extent: 3, ...more })
const widths = (wishes: Wish[], phone = false) => pack(wishes, phone).map(({ width }) => width)

describe('pack', () => {
  it('keeps the columns of a full row', () => expect(widths([cell(6), cell(5), cell(5)])).toEqual([6, 5, 5]))
  it('stretches the last cell when one is hidden', () => expect(widths([cell(6), cell(5)])).toEqual([6, 10]))
  it('shares what is left among cells without columns', () => expect(widths([cell(8), cell(null), cell(null)])).toEqual([8, 4, 4]))
  it('breaks where the form breaks', () => expect(widths([cell(4), cell(4, { row: 's' })])).toEqual([16, 16]))
  it('takes room for a control from its neighbours', () => expect(widths([cell(4), cell(4), cell(5), cell(3, { least: 4 })])).toEqual([4, 4, 4, 4]))
  it('wraps what cannot fit', () => expect(widths([cell(8, { least: 8 }), cell(8, { least: 9 })])).toEqual([16, 16]))
  it('puts labels above in a line with a narrow writable cell', () => {
    expect(pack([cell(4, { editable: true }), cell(12)], false).every(({ stacked }) => stacked)).toBe(true)
    expect(pack([cell(6), cell(10)], false).some(({ stacked }) => stacked)).toBe(false)
  })
  it('gives a long value more of a phone', () => expect(widths([cell(5, { extent: 9 }), cell(4)], true)).toEqual([8, 8]))
  it('reads three to a line on a phone and writes two', () => {
    expect(widths([cell(6), cell(5), cell(5)], true)).toEqual([5, 5, 6])
    expect(widths([cell(4, { editable: true }), cell(4, { editable: true }), cell(4, { editable: true, least: 6 })], true)).toEqual([8, 8, 16])
  })
})
