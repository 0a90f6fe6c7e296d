/**
 * Cells into lines. A form says which cells share a row and how many of sixteen columns each takes. Hidden ones leave gaps,
 * some controls need more room than they were given, and a phone is narrow: so the cells are laid anew, and the last of each
 * line takes what is left. In a line with narrow cells all labels stand above their values.
 */
export const COLUMNS = 16

export interface Wish {
  row: string | null
  columns: number | null
  /** Writable cells need room for a hand. */
  editable: boolean
  /** Fewest columns in which its control can be used. */
  least: number
  /** How long the value to read is, in widths of a Chinese character. */
  extent: number
}

export interface Place {
  width: number
  /** The label stands above the value. */
  stacked: boolean
}

/** Up to so many columns there is no room for a label beside the value. */
const NARROW_READ = 4
const NARROW_WRITE = 7

export function pack(wishes: Wish[], phone: boolean): Place[] {
  const widths = phone ? wishes.map(onPhone) : rowsOf(wishes).flatMap(fitted)
  const places = widths.map((width): Place => ({ width, stacked: false }))
  for (const line of linesOf(wishes, widths, phone)) {
    const used = line.reduce((sum, at) => sum + places[at]!.width, 0)
    places[line.at(-1)!]!.width += COLUMNS - used
    const stacked = phone || line.some((at) => places[at]!.width <= (wishes[at]!.editable ? NARROW_WRITE : NARROW_READ))
    for (const at of line) places[at]!.stacked = stacked
  }
  return places
}

function rowsOf(wishes: Wish[]): Wish[][] {
  const rows: Wish[][] = []
  wishes.forEach((wish, at) => {
    if (at > 0 && wish.row !== null && wish.row === wishes[at - 1]!.row) rows.at(-1)!.push(wish)
    else rows.push([wish])
  })
  return rows
}

/** The widths of one row: as the form says, at least what is needed, taken from the neighbours that have more than they need. */
function fitted(row: Wish[]): number[] {
  const taken = row.reduce((sum, { columns }) => sum + (columns ?? 0), 0)
  const open = row.filter(({ columns }) => columns === null).length
  const share = open ? Math.max(2, Math.floor((COLUMNS - taken) / open)) : 0
  const widths = row.map(({ columns, least }) => Math.min(COLUMNS, Math.max(columns ?? share, least)))
  for (let over = sum(widths) - COLUMNS; over > 0; over--) {
    const spare = widths.map((width, at) => width - row[at]!.least)
    const most = spare.indexOf(Math.max(...spare))
    if (spare[most]! <= 0) break
    widths[most]!--
  }
  return widths
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Which cells stand in one line, by their places in the list. */
function linesOf(wishes: Wish[], widths: number[], phone: boolean): number[][] {
  const lines: number[][] = []
  let used = COLUMNS
  widths.forEach((width, at) => {
    const breaks = !phone && (wishes[at]!.row === null || wishes[at]!.row !== wishes[at - 1]?.row)
    if (breaks || used + width > COLUMNS) {
      lines.push([])
      used = 0
    }
    lines.at(-1)!.push(at)
    used += width
  })
  return lines
}

/** What fits a third, a half, two thirds of a 360 px slip, in widths of a Chinese character. */
const ROOM: [columns: number, extent: number][] = [[5, 5.5], [8, 9.5], [11, 13]]

/** On a phone a value takes a third, a half, two thirds or all, as it needs; where one writes, half or all. */
function onPhone({ columns, editable, least, extent }: Wish): number {
  if (columns === null) return COLUMNS
  if (editable) return columns <= 6 && least <= 4 ? COLUMNS / 2 : COLUMNS
  const wanted = columns <= 6 ? 5 : columns <= 8 ? 8 : columns <= 11 ? 11 : COLUMNS
  return ROOM.find(([width, room]) => width >= wanted && extent <= room)?.[0] ?? COLUMNS
}
