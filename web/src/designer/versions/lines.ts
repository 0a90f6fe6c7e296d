/** What differs between two texts, line by line, with a few lines around each difference. */
export interface Line {
  kind: 'same' | 'old' | 'fresh' | 'gap'
  text: string
  /** Number in the newer text, in the older one for what is gone; null for a gap. */
  number: number | null
}

const AROUND = 2
/** Beyond this many pairs of differing lines everything between counts as replaced. */
const MOST = 4_000_000

export function differing(before: string, after: string): Line[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++
  const middle = replaced(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail), head)
  const line = (number: number): Line => ({ kind: 'same', text: fresh[number]!, number: number + 1 })
  const all = [...fresh.slice(0, head).map((_, at) => line(at)), ...middle, ...fresh.slice(fresh.length - tail).map((_, at) => line(fresh.length - tail + at))]
  return shortened(all)
}

function replaced(old: readonly string[], fresh: readonly string[], head: number): Line[] {
  const gone = (at: number): Line => ({ kind: 'old', text: old[at]!, number: head + at + 1 })
  const come = (at: number): Line => ({ kind: 'fresh', text: fresh[at]!, number: head + at + 1 })
  if (old.length * fresh.length > MOST) return [...old.map((_, at) => gone(at)), ...fresh.map((_, at) => come(at))]
  const width = fresh.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  for (let one = old.length - 1; one >= 0; one--) {
    for (let other = fresh.length - 1; other >= 0; other--) {
      common[one * width + other] = old[one] === fresh[other] ? common[(one + 1) * width + other + 1]! + 1 : Math.max(common[(one + 1) * width + other]!, common[one * width + other + 1]!)
    }
  }
  const found: Line[] = []
  let [one, other] = [0, 0]
  while (one < old.length && other < fresh.length) {
    if (old[one] === fresh[other]) {
      found.push({ kind: 'same', text: fresh[other]!, number: head + other + 1 })
      one++
      other++
    } else if (common[(one + 1) * width + other]! >= common[one * width + other + 1]!) found.push(gone(one++))
    else found.push(come(other++))
  }
  while (one < old.length) found.push(gone(one++))
  while (other < fresh.length) found.push(come(other++))
  return found
}

function shortened(lines: readonly Line[]): Line[] {
  const near = new Set<number>()
  lines.forEach(({ kind }, at) => {
    if (kind !== 'same') for (let beside = at - AROUND; beside <= at + AROUND; beside++) near.add(beside)
  })
  const found: Line[] = []
  lines.forEach((line, at) => {
    if (near.has(at)) found.push(line)
    else if (found.length && found.at(-1)!.kind !== 'gap') found.push({ kind: 'gap', text: '', number: null })
  })
  return found.at(-1)?.kind === 'gap' ? found.slice(0, -1) : found
}
