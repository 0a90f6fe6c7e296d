/** The line of fields over a list, searched when it is sent. */
import type { ComponentChildren } from 'preact'
import { admin } from '../i18n/administration'

/** The county's days, wherever the browser is. */
const ZONE = '+08:00'
/** The instants that a day begins and ends with; nothing for no day. */
export const dawn = (day: string): string => day && `${day}T00:00:00${ZONE}`
export const midnight = (day: string): string => day && `${day}T23:59:59.999${ZONE}`

export function Search({ onSearch, children }: { onSearch: (text: (name: string) => string) => void; children: ComponentChildren }) {
  return (
    <form class="filters" role="search" onSubmit={(event) => {
      event.preventDefault()
      const given = new FormData(event.currentTarget)
      onSearch((name) => String(given.get(name) ?? '').trim())
    }}>
      {children}
      <button type="submit" class="btn pri">{admin('audit.search')}</button>
    </form>
  )
}

export function Choice({ label, name, none, values }: { label: string; name: string; none: string; values: readonly (readonly [string, string])[] }) {
  return (
    <label class="fld"><span class="l">{label}</span>
      <select class="in" name={name}>
        <option value="">{none}</option>
        {values.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
    </label>
  )
}
