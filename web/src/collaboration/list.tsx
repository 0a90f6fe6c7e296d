/** A collaboration in words: who takes part and where each stands, what is awaited from whom since when, and every message. */
import type { Collaboration, CollaboratingCase, ExchangedMessage, StandingAt } from '../api/collaboration-types'
import { now } from '../clock/now'
import { when } from '../clock/words'
import { joined, t } from '../i18n'
import { talk, type TalkKey } from '../i18n/collaboration'
import { nameOf, senders } from './marks'
import { spanSince } from './picture'

interface PartiesProps {
  content: Collaboration
  only: number | null
  choose: (place: number | null) => void
  href: (id: string) => string
}

export function Parties({ content, only, choose, href }: PartiesProps) {
  return (
    <section aria-labelledby="talk-cases">
      <h3 class="small" id="talk-cases">{talk('cases')}</h3>
      <ul class="talk-cases">
        {content.cases.map((found) => (
          <li key={found.place} class={only === found.place ? 'sel' : ''}>
            <div class="fx">
              <b>{found.id && found.place !== content.here ? <a href={href(found.id)}>{nameOf(found, content.cases)}</a> : nameOf(found, content.cases)}</b>
              {found.place === content.here && <span class="tag">{talk('here')}</span>}
              {found.state && <span class={found.state === 'incident' ? 'hot' : 's d2'}>{t(`state.${found.state}`)}</span>}
              {found.drawing !== null && content.cases.length > 1 && (
                <button type="button" class="btn sm push" aria-pressed={only === found.place} aria-label={`${talk('cases.only')} ${nameOf(found, content.cases)}`}
                  onClick={() => choose(only === found.place ? null : found.place)}>{talk('cases.only')}</button>
              )}
            </div>
            <p class="s d2">{joined(found.pool, found.number)}</p>
            {found.visible ? <Standing found={found} content={content} /> : <p class="s">{talk('hidden')}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Standing({ found, content }: { found: CollaboratingCase; content: Collaboration }) {
  const awaiting = new Set(found.awaits.filter(({ needed }) => needed).map(({ element }) => element))
  const from = (awaited: CollaboratingCase['awaits'][number]) => senders(awaited, content.cases, t('comma.items'), talk('someone'))
  return (
    <ul class="talk-lines">
      {found.tokens.filter(({ element }) => !awaiting.has(element)).map((token) => <li key={token.element}>{stands(token)}</li>)}
      {found.awaits.map((awaited) => (
        <li key={awaited.element} class={awaited.needed ? 'pen' : 's d2'}>
          {talk(awaited.needed ? 'awaits' : 'may', { from: from(awaited), step: awaited.step, span: spanSince(awaited.since) })}
        </li>
      ))}
    </ul>
  )
}

const stands = ({ name, count, since }: StandingAt): string => talk(count > 1 ? 'stands.more' : 'stands', { step: name, n: count, span: spanSince(since) })

interface MessagesProps {
  messages: ExchangedMessage[]
  drawing: number
  find: (flow: string) => void
}

export function Messages({ messages, drawing, find }: MessagesProps) {
  if (!messages.length) return <p class="d2">{talk('messages.none')}</p>
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={talk('messages')}>
      <table class="tbl stacks">
        <caption class="vh">{talk('messages')}</caption>
        <thead><tr>{(['sent', 'parties', 'message', 'state'] as TalkKey[]).map((head) => <th key={head} scope="col">{talk(head)}</th>)}</tr></thead>
        <tbody>
          {[...messages].reverse().map((message) => (
            <tr key={message.id}>
              <th scope="row" class="nw" data-head={talk('sent')}>{when(message.sentAt, now.value)}</th>
              <td data-head={talk('parties')}>{message.sourceName} → {message.targetName}</td>
              <td data-head={talk('message')}>{joined(message.fromStep, message.toStep) || message.name}<span class="s d block mono">{message.name}</span></td>
              <td data-head={talk('state')} class={`talk-state ${message.state}`}>{stateOf(message)}
                {message.flows.filter((found) => found.drawing === drawing).map(({ flow }) => (
                  <button key={flow} type="button" class="link s block" onClick={() => find(flow)}>{talk('find')}</button>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function stateOf({ state, sentAt, deliveredAt, expiresAt }: ExchangedMessage): string {
  return talk(`state.${state}`, { span: spanSince(sentAt), at: deliveredAt ? when(deliveredAt, now.value) : '', until: when(expiresAt, now.value) })
}
