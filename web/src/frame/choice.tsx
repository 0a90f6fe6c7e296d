/** A choice among named values, or none. */
interface ChoiceProps {
  label: string
  none: string
  value: string | undefined
  values: readonly (readonly [string, string])[]
  set: (value: string) => void
}

export function Choice({ label, none, value = '', values, set }: ChoiceProps) {
  return (
    <label class="fld"><span class="l">{label}</span>
      <select class="in" value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">{none}</option>
        {values.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
    </label>
  )
}
