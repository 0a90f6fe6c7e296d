/** Places side by side as links; the current one is marked. */
export interface Tab {
  href: string
  label: string
  current: boolean
  count?: number | undefined
  tone?: 'soon' | 'over' | undefined
}

export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ href, label: words, current, count, tone }) => (
        <a key={href} href={href} aria-current={current ? 'page' : undefined}>
          {words}
          {count !== undefined && <span class={`n ${count && tone ? tone : ''}`}>{count.toLocaleString('en-US')}</span>}
        </a>
      ))}
    </nav>
  )
}
