/** The term as words and a ruler with ticks at 50, 80 and 100 %. The ruler is silent to screen readers: the words say it. */
import { t } from '../i18n'
import { Icon } from '../frame/icon'
import { now } from './now'
import { stateWord, termOf, type TermState, type Timed } from './term'

const ICON: Record<TermState, string | null> = { ok: null, soon: 'clock', over: 'alert', esc: 'up' }

export function TermMark({ task, wide, provisional }: { task: Timed; wide?: boolean; provisional?: boolean }) {
  const term = termOf(task, now.value)
  if (!term) return wide ? <span class="w"><span class="sla ok">{t('term.none')}</span></span> : null
  const icon = ICON[term.state]
  const words = wide && term.at ? t('term.with', { words: term.words, time: term.at }) : term.words
  return (
    <span class="w">
      <span class={`sla ${term.state}`}>
        {icon && <Icon name={icon} label={stateWord(term.state)} />}
        {words}
        {provisional && <span class="tag" title={t('term.provisional.hint')}>{t('term.provisional')}</span>}
      </span>
      {term.share !== null && <i class={`clk ${term.state}${wide ? ' wide' : ''}`} style={{ '--p': term.share.toFixed(3) }} />}
    </span>
  )
}
