/**
 * The pages of administration. Each has a name in the address, the right that opens it, and sentences under its name:
 * `NAME` is what it is called, `NAME.about` what it is for. A page draws its content alone; the frame around it is `page.tsx`.
 */
import type { ComponentType } from 'preact'
import { lazy } from '../frame/lazy'
import type { AdminKey } from '../i18n/administration'

export interface AdministrationPage {
  name: string
  right: 'administrate' | 'secure' | 'audit' | 'operations' | 'archive'
  title: AdminKey
  about: AdminKey
  Content: ComponentType<object>
}

export interface Chapter {
  title: AdminKey
  pages: AdministrationPage[]
}

export const CHAPTERS: Chapter[] = [
  {
    title: 'chapter.organisation',
    pages: [
      { name: 'institutions', right: 'administrate', title: 'institutions', about: 'institutions.about', Content: lazy(() => import('./institutions')) },
      { name: 'people', right: 'administrate', title: 'people', about: 'people.about', Content: lazy(() => import('./people')) },
      { name: 'handovers', right: 'administrate', title: 'handovers', about: 'handovers.about', Content: lazy(() => import('./handovers')) },
      { name: 'agents', right: 'administrate', title: 'agents', about: 'agents.about', Content: lazy(() => import('./agents')) },
      { name: 'posts', right: 'administrate', title: 'posts', about: 'posts.about', Content: lazy(() => import('./posts')) },
      { name: 'lines', right: 'administrate', title: 'lines', about: 'lines.about', Content: lazy(() => import('./lines')) },
      { name: 'phrases', right: 'administrate', title: 'phrases', about: 'phrases.about', Content: lazy(() => import('./phrases')) },
      { name: 'imports', right: 'administrate', title: 'imports', about: 'imports.about', Content: lazy(() => import('./imports')) },
    ],
  },
  {
    title: 'chapter.time',
    pages: [
      { name: 'calendars', right: 'administrate', title: 'calendars', about: 'calendars.about', Content: lazy(() => import('./calendars/page')) },
      { name: 'lateness', right: 'administrate', title: 'lateness', about: 'lateness.about', Content: lazy(() => import('./lateness')) },
    ],
  },
  {
    title: 'chapter.papers',
    pages: [
      { name: 'numbers', right: 'archive', title: 'numbers', about: 'numbers.about', Content: lazy(() => import('./numbers')) },
      { name: 'archive', right: 'archive', title: 'archive', about: 'archive.about', Content: lazy(() => import('./archive')) },
    ],
  },
  {
    title: 'chapter.running',
    pages: [
      { name: 'health', right: 'operations', title: 'health', about: 'health.about', Content: lazy(() => import('./health')) },
      { name: 'channels', right: 'operations', title: 'channels', about: 'channels.about', Content: lazy(() => import('./channels')) },
    ],
  },
  {
    title: 'chapter.security',
    pages: [
      { name: 'accounts', right: 'secure', title: 'accounts', about: 'accounts.about', Content: lazy(() => import('./accounts')) },
      { name: 'sight', right: 'secure', title: 'sight', about: 'sight.about', Content: lazy(() => import('./sight')) },
    ],
  },
  {
    title: 'chapter.trust',
    pages: [
      { name: 'audit', right: 'audit', title: 'audit', about: 'audit.about', Content: lazy(() => import('./audit')) },
    ],
  },
]

/** The chapters with the pages that these rights open; chapters without any are left out. */
export function openedBy(can: (right: string) => boolean): Chapter[] {
  return CHAPTERS.map(({ title, pages }) => ({ title, pages: pages.filter(({ right }) => can(right)) })).filter(({ pages }) => pages.length > 0)
}
