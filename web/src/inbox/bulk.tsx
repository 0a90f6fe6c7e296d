/** What became of each row that was agreed to together, with the reason for each that was not done. */
import { useEffect, useRef } from 'preact/hooks'
import { narrow } from '../frame/media'
import { t } from '../i18n'
import { useCommands } from '../keyboard/use-commands'
import { subjectOf } from './row'
import { results, stopSelecting } from './selection'
import { box } from './store'

export default function BulkResults() {
  const heading = useRef<HTMLHeadingElement>(null)
  const found = results.value!
  const done = found.filter(({ result }) => result.done).length
  const left = found.length - done
  const close = () => (results.value = null)
  useEffect(() => heading.current?.focus(), [])
  useCommands([{ keys: 'Escape', act: close, always: true }])
  return (
    <section class="det bulk" aria-labelledby="bulk-title">
      <header class="dh">
        <h1 id="bulk-title" ref={heading} tabIndex={-1}>{t('bulk.title', { n: found.length })}</h1>
        <p class="s d2" role="status">{t(left ? 'bulk.result.left' : 'bulk.result', { done, left })}</p>
      </header>
      <div class="face pad" tabIndex={0}>
        <table class="tbl">
          <thead><tr><th class="mark"><span class="vh">{t('bulk.outcome')}</span></th><th>{t('bulk.task')}</th><th>{t('bulk.why')}</th><th><span class="vh">{t('bulk.alone')}</span></th></tr></thead>
          <tbody>
            {found.map(({ row, result }) => (
              <tr key={row.id}>
                <td><span class={`seal ${result.done ? 'yes' : 'wait'}`} role="img" aria-label={t(result.done ? 'bulk.done' : 'bulk.left')}>{t(result.done ? 'bulk.done.seal' : 'bulk.left.seal')}</span></td>
                <th scope="row">{subjectOf(row)}<span class="s d block">{row.name}</span></th>
                <td class="s d2">{result.done ? t(result.held ? 'bulk.held' : 'bulk.sent') : result.detail}</td>
                <td class="r">{!result.done && <a class="btn sm" href={`/inbox/${box.value}/${row.id}`} onClick={() => { close(); stopSelecting() }}>{t('bulk.alone')}</a>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer><div class="acts">
        {left > 0 && <span class="s d2">{t('bulk.stay', { n: left })}</span>}
        <button type="button" class="btn pri push" onClick={close}>{t('bulk.back')}{!narrow.value && <kbd aria-hidden="true">Esc</kbd>}</button>
      </div></footer>
    </section>
  )
}
