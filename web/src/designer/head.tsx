/** The head of a design: which version it is to become, how it is saved, who else looks, and the way to publishing it. */
import { joined } from '../i18n'
import { des } from '../i18n/designer'
import { Acts } from './parts'
import { saving } from './saving/autosave'
import { present } from './saving/lock'
import { findings, publishable, type Design } from './state'
import { timeOf } from './moments'

export interface ActsProps {
  design: Design
  /** Why the gate lets it not be published yet; empty where it would. */
  hindrance: string
}

export function Head({ design }: { design: Design }) {
  return (
    <>
      <span class="tag">{joined(des('design.of', { n: (design.base?.number ?? 0) + 1 }), design.state === 'inReview' && des('design.inReview'))}</span>
      <span class="s d nw saving" role="status">{joined(savingWords(), others())}</span>
      <Acts design={design} hindrance={hindrance()} />
    </>
  )
}

function savingWords(): string {
  const state = saving.value
  switch (state.kind) {
    case 'none':
      return ''
    case 'saved':
      return des('saving.saved', { at: timeOf(state.at) })
    case 'local':
      return des(state.kept ? 'saving.local' : 'saving.nowhere')
    case 'failed':
      return state.reason
    default:
      return des(`saving.${state.kind}`)
  }
}

function others(): string {
  return present.value.length ? des('present', { names: present.value.join('、') }) : ''
}

export function hindrance(): string {
  const errors = findings.value?.filter(({ level }) => level === 'error').length ?? 0
  if (errors) return des('publish.errors', { n: errors })
  return findings.value === null || !publishable.value ? des('publish.asking') : ''
}
