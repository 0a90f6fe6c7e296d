/** What a decision is called, when it holds, and what counts when several rules match. */
import { useSignal } from '@preact/signals'
import { Icon } from '../../frame/icon'
import { ed } from '../../i18n/designer-editors'
import { addVersion, AGGREGATIONS, POLICIES, setDecision, setPolicy, type Decision, type DecisionFile } from './table'

interface Props {
  file: DecisionFile
  decision: Decision
  write: (next: string) => void
  readOnly: boolean
}

export function Facts({ file, decision, write, readOnly }: Props) {
  const { table } = decision
  return (
    <div class="ed-facts">
      <label class="fld wide">
        <span class="l">{ed('decision.name')} <span class="mono d">{decision.key}</span></span>
        <input class="in" readOnly={readOnly} value={decision.name} onChange={({ currentTarget }) => write(setDecision(file, decision, { name: currentTarget.value }))} />
      </label>
      {table && <Policy file={file} decision={decision} write={write} readOnly={readOnly} />}
      <label class="fld"><span class="l">{ed('decision.from')}</span><input class="in" type="date" readOnly={readOnly} value={decision.validFrom} onChange={({ currentTarget }) => write(setDecision(file, decision, { validFrom: currentTarget.value }))} /></label>
      <label class="fld"><span class="l">{ed('decision.to')}</span><input class="in" type="date" readOnly={readOnly} value={decision.validTo} onChange={({ currentTarget }) => write(setDecision(file, decision, { validTo: currentTarget.value }))} /></label>
      <label class="fld all">
        <span class="l">{ed('decision.about')}</span>
        <textarea class="in" rows={2} readOnly={readOnly} value={decision.description} onChange={({ currentTarget }) => write(setDecision(file, decision, { description: currentTarget.value }))} />
      </label>
      {!readOnly && <Version file={file} decision={decision} write={write} />}
    </div>
  )
}

function Policy({ file, decision, write, readOnly }: Props) {
  const table = decision.table!
  return (
    <>
      <label class="fld">
        <span class="l">{ed('decision.policy')}</span>
        <select class="in" disabled={readOnly} value={table.policy} onChange={({ currentTarget }) => write(setPolicy(file, table, currentTarget.value, table.aggregation))}>
          {POLICIES.map((policy) => <option key={policy} value={policy}>{ed(`policy.${policy}`)}</option>)}
        </select>
      </label>
      {table.policy === 'COLLECT' && (
        <label class="fld">
          <span class="l">{ed('decision.aggregation')}</span>
          <select class="in" disabled={readOnly} value={table.aggregation} onChange={({ currentTarget }) => write(setPolicy(file, table, 'COLLECT', currentTarget.value))}>
            {AGGREGATIONS.map((aggregation) => <option key={aggregation} value={aggregation}>{ed(aggregation ? `aggregation.${aggregation}` : 'aggregation.none')}</option>)}
          </select>
        </label>
      )}
    </>
  )
}

/** A rule that changes on a day is a second table from that day on. */
function Version({ file, decision, write }: Omit<Props, 'readOnly'>) {
  const day = useSignal<string | null>(null)
  if (day.value === null) {
    return <p class="all"><button type="button" class="btn q sm" onClick={() => (day.value = '')}><Icon name="plus" />{ed('decision.version')}</button></p>
  }
  const early = day.value !== '' && decision.validFrom !== '' && day.value <= decision.validFrom
  const late = day.value !== '' && decision.validTo !== '' && day.value > decision.validTo
  return (
    <div class="fx all">
      <label class="fx s">{ed('decision.version.from')}<input class="in" type="date" value={day.value} onInput={({ currentTarget }) => (day.value = currentTarget.value)} /></label>
      <button type="button" class="btn sm" disabled={!day.value || early || late} onClick={() => { write(addVersion(file, decision, day.value!)); day.value = null }}>{ed('decision.version.make')}</button>
      <button type="button" class="btn q sm" onClick={() => (day.value = null)}>{ed('cancel')}</button>
      <span class={early || late ? 'err' : 's d'}>{ed(early ? 'decision.version.early' : late ? 'decision.version.late' : 'decision.version.hint')}</span>
    </div>
  )
}
