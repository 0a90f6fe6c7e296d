/** What a publication or a roll-back has led to: the new version, what the gate warned of, and which cases go on with which version. */
import type { Published } from '../../api/designs'
import { ed } from '../../i18n/designer-editors'
import { Findings } from '../findings/list'

export function Outcome({ published }: { published: Published }) {
  const { deployment, warnings, running } = published
  return (
    <section class="note" role="status">
      <p><b>{ed('outcome', { n: deployment.number })}</b> {ed(running.length ? 'outcome.running' : 'outcome.nothing')}</p>
      {running.length > 0 && (
        <ul>{running.map(({ process, name, version, current, cases }) => <li key={`${process}:${version}`}>{ed(current ? 'outcome.new' : 'outcome.old', { name, version, n: cases })}</li>)}</ul>
      )}
      <Findings items={warnings} />
    </section>
  )
}
