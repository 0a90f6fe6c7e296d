/**
 * What a browser has to fetch, gzipped, against the budget. Reads the built bundle; exit status 1 when something is over.
 *
 *     inbox     everything the first page needs: the entry and all it imports at once
 *     form      what opening a task adds
 *     designer  what the designer adds, its canvas included
 *     editors   what the editors of forms, tables and parameters, versions and the import add to it
 *     rehearsal what a rehearsal adds to the designer and a form
 *     analytics what the statistics add
 *     diagram   what the diagram tab adds
 *     talk      what the collaboration adds to it
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const built = fileURLToPath(new URL('../api/static/', import.meta.url))
const KB = 1000
const manifest = JSON.parse(readFileSync(`${built}manifest.json`, 'utf8'))
const [entry] = Object.keys(manifest).filter((name) => manifest[name].isEntry)

/** The chunks that `names` need at once, with the style sheets beside them. */
function needed(names, found = new Set()) {
  for (const name of names) {
    if (found.has(name)) continue
    found.add(name)
    needed(manifest[name].imports ?? [], found)
  }
  return found
}

const size = (file) => gzipSync(readFileSync(built + file), { level: 9 }).length
const total = (files) => [...new Set(files)].reduce((sum, file) => sum + size(file), 0)
const scripts = (names) => total([...names].map((name) => manifest[name].file))
const styles = (names) => total([...names].flatMap((name) => manifest[name].css ?? []))

const first = needed([entry])
const without = (names) => new Set([...needed(names)].filter((name) => !first.has(name)))
const form = without(['src/form/slip.tsx', 'src/form/rules.ts'])
const designer = without(['src/designer/page.tsx'])
const PARTS = ['forms/editor', 'tables/editor', 'parameters/editor', 'versions/list', 'versions/compare', 'versions/review', 'versions/saves', 'imports/page']
const editors = new Set([...without(PARTS.map((name) => `src/designer/${name}.tsx`))].filter((name) => !designer.has(name)))
const rehearsal = new Set([...without(['src/designer/rehearsal/rehearsal.tsx'])].filter((name) => !designer.has(name) && !form.has(name)))
const analytics = without(['src/analytics/page.tsx'])
const diagram = without(['src/diagram/diagram.tsx'])
const talk = new Set([...without(['src/collaboration/collaboration.tsx'])].filter((name) => !diagram.has(name)))

const lines = [
  ['inbox scripts', scripts(first), 45],
  ['inbox styles', styles(first), 15],
  ['form scripts', scripts(form), 170],
  ['designer scripts', scripts(designer), 260],
  ['editor scripts', scripts(editors), 80],
  ['rehearsal scripts', scripts(rehearsal), 20],
  ['analytics scripts', scripts(analytics), 40],
  ['diagram scripts', scripts(diagram), 65],
  ['talk scripts', scripts(talk), 8],
]
const over = lines.filter(([, bytes, limit]) => bytes > limit * KB)
for (const [name, bytes, limit] of lines) {
  console.log(`${name.padEnd(16)}${(bytes / KB).toFixed(1).padStart(7)} k gz of ${String(limit).padStart(4)} k`)
}
if (over.length) {
  console.log(`over budget: ${over.map(([name]) => name).join(', ')}`)
  process.exit(1)
}
console.log('within budget')
