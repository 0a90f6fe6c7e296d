/** Administration: the pages that one's rights open, chapter by chapter, and the frame around the one that is open. */
import { Screen } from '../frame/screen'
import { Empty, Unknown } from '../frame/states'
import { Tabs } from '../frame/tabs'
import { t } from '../i18n'
import { admin } from '../i18n/administration'
import { parts } from '../routing/router'
import { can } from '../session/session'
import { openedBy, type Chapter } from './pages'

export default function AdministrationPage() {
  const [, name, more] = parts()
  const chapters = openedBy(can)
  if (!chapters.length) {
    return <Screen title={t('place.administration')}><Empty title={admin('noRight')} hint={admin('noRight.hint')} /></Screen>
  }
  if (!name) return <Index chapters={chapters} />
  const chapter = chapters.find(({ pages }) => pages.some((page) => page.name === name))
  const page = chapter?.pages.find((candidate) => candidate.name === name)
  if (!chapter || !page) return <Screen title={t('place.administration')} tabs={<Up />}><Unknown /></Screen>
  const tabs = (
    <Tabs label={admin(chapter.title)} tabs={[
      { href: '/administration', label: t('place.administration'), current: false },
      ...chapter.pages.map(({ name: other, title }) => ({ href: `/administration/${other}`, label: admin(title), current: other === name })),
    ]} />
  )
  return <Screen title={admin(page.title)} tabs={tabs} shape="administration"><page.Content key={`${name}/${more ?? ''}`} /></Screen>
}

function Up() {
  return <Tabs label={t('place.administration')} tabs={[{ href: '/administration', label: t('place.administration'), current: false }]} />
}

function Index({ chapters }: { chapters: Chapter[] }) {
  return (
    <Screen title={t('place.administration')} shape="administration">
      {chapters.map(({ title, pages }) => (
        <section key={title} class="st">
          <h2 class="small">{admin(title)}</h2>
          <ul class="cards">
            {pages.map(({ name, title: words, about }) => (
              <li key={name}>
                <a class="card" href={`/administration/${name}`}><b>{admin(words)}</b><span class="s d2 block">{admin(about)}</span></a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Screen>
  )
}
