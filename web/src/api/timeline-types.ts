/** The lines of a timeline, over the wire. */
export interface TimelineItem {
  at: string | null
  kind: 'step' | 'task' | 'message' | 'timer' | 'escalation' | 'incident' | 'system'
  title: string
  titleEn: string | null
  person: string | null
  capacity: string | null
  detail: string | null
  detailEn: string | null
  /** By the organisation of which day its people were found. */
  basis: string | null
  basisEn: string | null
  state: 'done' | 'now' | 'next'
  since: string | null
  dueAt: string | null
}
