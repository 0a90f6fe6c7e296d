/** The places that the palette of commands goes to, with the initials of their pinyin, as far as one's rights open them. */
import { openedBy } from '../administration/pages'
import { t, type Key } from '../i18n'
import { admin } from '../i18n/administration'
import { BOXES } from '../inbox/store'
import { navigate } from '../routing/router'
import { administers, can, designs, oversees } from '../session/session'

export interface Choice {
  id: string
  words: string
  act: () => void
  initials?: string
  /** What tells it from others of its name. */
  more?: string
  /** The keys that do the same. */
  keys?: string
}

/** Whether all words that are looked for are in a choice's own, or in its initials. */
export function matches({ words, initials, more }: Choice, wanted: string): boolean {
  const text = [words, initials, more].join(' ').toLowerCase()
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

const BOX_INITIALS: Record<string, string> = {
  todo: 'dwb db', later: 'zb', claimable: 'bksdl', soon: 'jjcs', overdue: 'ycs', copied: 'cswd', done: 'yb', drafts: 'cg',
}
const PAGE_INITIALS: Record<string, string> = {
  institutions: 'jg', people: 'ry', handovers: 'jj', agents: 'dl', posts: 'gw', lines: 'tx', phrases: 'cyy', imports: 'dr', calendars: 'rl',
  lateness: 'cstj', numbers: 'bhdjb', archive: 'cdj', health: 'jk', channels: 'tzqd', accounts: 'zhqx', sight: 'wsmkdd', audit: 'sjcx',
}

export function places(): Choice[] {
  const to = (path: string, words: string, initials: string, keys?: string): Choice => ({ id: path.replaceAll('/', '-'), words, initials, act: () => navigate(path), ...(keys ? { keys } : {}) })
  return [
    ...BOXES.map((box) => to(`/inbox/${box}`, t(`box.${box}` as Key), BOX_INITIALS[box] ?? '', { todo: 'g i', done: 'g d' }[box as string])),
    to('/start', t('place.start'), 'fq', 'g n'),
    to('/mine', t('place.mine'), 'wd', 'g m'),
    to('/notifications', t('place.notifications'), 'xx', 'b'),
    ...(designs() ? [to('/designer', t('place.designer'), 'sj')] : []),
    ...(can('operations') ? [to('/operations', t('place.operations'), 'yx')] : []),
    ...(oversees() ? [to('/analytics', t('place.analytics'), 'tj')] : []),
    ...(administers() ? openedBy(can).flatMap(({ pages }) => pages.map(({ name, title }) => to(`/administration/${name}`, admin(title), PAGE_INITIALS[name] ?? ''))) : []),
  ]
}
