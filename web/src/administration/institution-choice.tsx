/** A choice among the institutions; the empty choice has words of its own. */
import { institutions } from '../api/administration'
import { useResource } from '../frame/resource'
import { admin } from '../i18n/administration'

export function InstitutionChoice({ value, set, none }: { value: string; set: (code: string) => void; none: string }) {
  const known = useResource('institutions', institutions).content.value ?? []
  return (
    <label class="fld"><span class="l">{admin('institution')}</span>
      <select class="in" value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">{none}</option>
        {known.map(({ code, shortName }) => <option key={code} value={code}>{shortName} {code}</option>)}
      </select>
    </label>
  )
}
