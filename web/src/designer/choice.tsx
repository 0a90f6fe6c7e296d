/** A few alternatives side by side, of which one is in force. */
interface Props<Value extends string> {
  label: string
  value: Value
  choose: (value: Value) => void
  choices: readonly (readonly [Value, string])[]
}

export function Tabs<Value extends string>({ label, value, choose, choices }: Props<Value>) {
  return (
    <div class="ed-seg" role="group" aria-label={label}>
      {choices.map(([key, words]) => (
        <button key={key} type="button" class="btn sm" aria-pressed={key === value} onClick={() => choose(key)}>{words}</button>
      ))}
    </div>
  )
}
