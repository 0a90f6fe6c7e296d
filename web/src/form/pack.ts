/**
 * Cells into lines. A form says which cells share a row and how many of sixteen columns each takes; hidden ones leave gaps
 * and a phone is narrow, so the cells are laid anew and the last of each line takes what is left.
 */
export const COLUMNS = 16

export interface Wish {
  row: string | null
  columns: number | null
  /** Writable cells need room for a hand. */
  editable: boolean
}

/** The width of each cell, in columns of sixteen. */
export function pack(wishes: Wish[], narrow: boolean): number[] {
  const widths = wishes.map((wish, at) => (narrow ? onPhone(wish) : wish.columns ?? share(wishes, at)))
  let [start, used] = [0, 0]
  const fill = (end: number) => {
    if (end > start) widths[end - 1]! += COLUMNS - used
  }
  wishes.forEach((wish, at) => {
    const breaks = !narrow && at > 0 && wish.row !== wishes[at - 1]!.row
    if (used + widths[at]! > COLUMNS || breaks) {
      fill(at)
      start = at
      used = 0
    }
    used += widths[at]!
  })
  fill(wishes.length)
  return widths
}

/** Cells of a row without a width of their own divide what the others leave. */
function share(wishes: Wish[], at: number): number {
  const row = wishes[at]!.row
  if (row === null) return COLUMNS
  const members = wishes.filter((wish) => wish.row === row)
  const taken = members.reduce((sum, { columns }) => sum + (columns ?? 0), 0)
  const open = members.filter(({ columns }) => columns === null).length
  return Math.max(2, Math.floor((COLUMNS - taken) / open))
}

/** A third, two thirds or all of a phone; half where one writes. */
function onPhone({ columns, editable }: Wish): number {
  if (columns === null || columns > 11) return COLUMNS
  if (editable) return columns <= 6 ? COLUMNS / 2 : COLUMNS
  if (columns <= 6) return 5
  return columns <= 8 ? COLUMNS / 2 : 11
}
