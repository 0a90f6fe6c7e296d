import type { zh } from './zh-administration'

/** What is said to administrators, in English. */
export const en: { [key in keyof typeof zh]: string } = {
  noRight: 'Administration belongs to the administrators.',
  'noRight.hint': 'System, security and audit administrators are three people, and none of them does business.',
  'chapter.running': 'Running',
  health: 'Health',
  'health.about': 'Whether database, calendars, clock and notifications work.',
  'health.database': 'Database',
  'health.database.ok': 'It answers',
  'health.calendar': 'Calendar',
  'health.calendar.ok': 'Published up to {year}',
  'health.calendar.invented': 'It rests on an invented year, for demonstrations only',
  'health.calendar.provisional': 'Published up to {year} only; later due dates are provisional. Import the next year.',
}
