/** The variables of a case with masked values, and a way to write one, with a reason. */
import { useSignal } from '@preact/signals'
import type { OperatedCase, Variable } from '../api/operated-types'
import { setVariables, variables } from '../api/operations'
import type { Value } from '../api/types'
import { useResource } from '../frame/resource'
import { Empty, Failed } from '../frame/states'
import { say } from '../frame/toast'
import { op, type OpKey } from '../i18n/operations'
import { Table } from './list'
import { ReasonDialog } from './reason'

const KINDS = ['text', 'number', 'boolean', 'json'] as const
type Kind = (typeof KINDS)[number]
const SCOPES: Record<string, OpKey> = { instance: 'scope.instance', subprocess: 'scope.subprocess', seat: 'scope.seat' }

export function Variables({ detail, changed }: { detail: OperatedCase; changed: () => void }) {
  const found = useResource(`variables ${detail.id}`, () => variables(detail.id))
  const writing = useSignal<Variable | 'new' | null>(null)
  if (found.error.value !== null && !found.content.value) return <Failed error={found.error.value} retry={() => void found.load()} />
  if (!found.content.value) return null
  const writable = !detail.endedAt && detail.state !== 'suspended'
  return (
    <>
      <p class="fx s d2"><span>{op('variables.hint')}</span>{writable && <button type="button" class="btn sm push" onClick={() => (writing.value = 'new')}>{op('variable.new')}</button>}</p>
      {!found.content.value.length && <Empty title={op('empty.variables')} hint={op('empty.variables.hint')} />}
      {found.content.value.length > 0 && (
        <Table caption={op('face.variables')} heads={writable ? ['name', 'value', 'scope', 'written', 'actions'] : ['name', 'value', 'scope', 'written']}>
          {found.content.value.map((row) => (
            <tr key={row.scope + row.name}>
              <th scope="row" class="mono">{row.name}</th>
              <td class="mono">{shown(row.masked)}</td>
              <td class="d2">{SCOPES[row.scopeKind] ? op(SCOPES[row.scopeKind]!) : row.scopeKind}</td>
              <td class="d2">{op('variable.written', { revision: row.revision })}{row.element && <span class="s block mono">{row.element}</span>}</td>
              {writable && <td class="r"><button type="button" class="btn sm" onClick={() => (writing.value = row)}>{op('variable.set')}</button></td>}
            </tr>
          ))}
        </Table>
      )}
      {writing.value && <WriteDialog detail={detail} row={writing.value === 'new' ? null : writing.value} changed={changed} onClose={() => (writing.value = null)} />}
    </>
  )
}

const shown = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value))

function kindOf(value: Value | undefined): Kind {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  return value !== null && typeof value === 'object' ? 'json' : 'text'
}

function WriteDialog({ detail, row, changed, onClose }: { detail: OperatedCase; row: Variable | null; changed: () => void; onClose: () => void }) {
  const name = useSignal(row?.name ?? '')
  const kind = useSignal<Kind>(kindOf(row?.masked))
  const text = useSignal('')
  const value = read(kind.value, text.value)
  const hindrance = !name.value.trim() ? op('variable.unnamed') : value === undefined ? op(`value.${kind.value}.wrong` as 'value.json.wrong') : null
  const send = async (reason: string) => {
    await setVariables(detail.id, { variables: { [name.value.trim()]: value! }, reason, revision: detail.revision, ...(row ? { scope: row.scope } : {}) })
    say(op('variable.done', { name: name.value.trim() }))
    changed()
  }
  return (
    <ReasonDialog title={op(row ? 'variable.title' : 'variable.new', { name: name.value })} hint={op('variable.hint')} action={op('variable.action')} hindrance={hindrance} onSend={send} onClose={onClose}>
      <div class="two-fields">
        {!row && <label class="fld"><span class="l">{op('name')}</span><input class="in mono" data-autofocus="" maxLength={200} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /></label>}
        <label class="fld"><span class="l">{op('type')}</span>
          <select class="in" value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value as Kind)}>
            {KINDS.map((choice) => <option key={choice} value={choice}>{op(`value.${choice}`)}</option>)}
          </select>
        </label>
        <label class="fld wide"><span class="l">{op('value')}</span>
          {kind.value === 'boolean'
            ? <select class="in" value={text.value} onChange={(event) => (text.value = event.currentTarget.value)}><option value="" /><option value="true">{op('value.true')}</option><option value="false">{op('value.false')}</option></select>
            : <textarea class="in mono" rows={kind.value === 'json' ? 4 : 1} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />}
        </label>
      </div>
    </ReasonDialog>
  )
}

/** The value that was typed; undefined when it is none of its kind. */
function read(kind: Kind, text: string): Value | undefined {
  if (kind === 'text') return text
  try {
    const parsed = JSON.parse(text.trim()) as Value
    return kind === 'json' || typeof parsed === kind ? parsed : undefined
  } catch {
    return undefined
  }
}
