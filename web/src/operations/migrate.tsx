/** Moves a case to another version of its process, after a dry run that says element by element what maps and what does not. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { MigrationLine, MigrationPreview, OperatedCase } from '../api/operated-types'
import { migrate, tryMigration } from '../api/operations'
import { sentence } from '../api/problem'
import { op } from '../i18n/operations'
import { Preview } from './preview'
import { ReasonDialog } from './reason'

export function MigrateDialog({ detail, onDone, onClose }: { detail: OperatedCase; onDone: (words: string) => void; onClose: () => void }) {
  const others = detail.versions.filter((version) => version !== detail.process.version)
  const version = useSignal(others[0]!)
  const mapping = useSignal<Record<string, string>>({})
  const recomputeTimers = useSignal(false)
  const found = useSignal<MigrationPreview | null>(null)
  const refusal = useSignal('')
  const target = { version: version.value, mapping: mapping.value, recomputeTimers: recomputeTimers.value }
  useEffect(() => {
    let stale = false
    refusal.value = ''
    tryMigration(detail.id, target).then(
      (preview) => void (stale || (found.value = preview)),
      (failure: unknown) => void (stale || (refusal.value = sentence(failure))),
    )
    return () => void (stale = true)
  }, [JSON.stringify(target)])
  const send = async (reason: string) => {
    await migrate(detail.id, target, reason)
    onDone(op('migrate.done', { version: version.value }))
  }
  const preview = found.value
  const hindrance = refusal.value || (preview && !preview.migratable ? op('migrate.refused') : null)
  return (
    <ReasonDialog title={op('migrate.title', { from: detail.process.version })} hint={op('migrate.hint')} action={op('migrate.action', { version: version.value })} hindrance={hindrance} onSend={send} onClose={onClose}>
      <div class="two-fields">
        <label class="fld"><span class="l">{op('version')}</span>
          <select class="in" data-autofocus="" value={version.value} onChange={(event) => {
            version.value = Number(event.currentTarget.value)
            mapping.value = {}
          }}>
            {others.map((other) => <option key={other} value={other}>v{other}</option>)}
          </select>
        </label>
        <label class="setting-line"><input type="checkbox" checked={recomputeTimers.value} onChange={(event) => (recomputeTimers.value = event.currentTarget.checked)} />{op('migrate.timers')}</label>
      </div>
      {refusal.value && <p class="note over" role="alert">{refusal.value}</p>}
      {preview && <Lines lines={preview.lines} detail={detail} mapping={mapping.value} map={(element, to) => {
        const { [element]: _, ...rest } = mapping.value
        mapping.value = to ? { ...rest, [element]: to } : rest
      }} />}
      {preview?.step && <Preview step={preview.step} places={detail.places} />}
    </ReasonDialog>
  )
}

const CLASS = { error: 'hot', warning: 'soon', info: 'd2' } as const

function Lines({ lines, detail, mapping, map }: { lines: MigrationLine[]; detail: OperatedCase; mapping: Record<string, string>; map: (element: string, to: string) => void }) {
  const names = new Map(detail.places.map(({ element, name }) => [element, name ?? element]))
  const asked = (line: MigrationLine): boolean => line.level === 'error' || line.element in mapping
  return (
    <ul class="migration" aria-label={op('migrate.lines')}>
      {lines.map((line) => (
        <li key={line.code + line.element}>
          <b>{names.get(line.element) ?? line.element}</b> <span class="s d mono">{line.element}</span> <span class={CLASS[line.level]}>{line.message}</span>
          {asked(line) && (
            <label class="fx s d2">{op('migrate.to')}
              <input class="in mono narrow" maxLength={200} defaultValue={mapping[line.element] ?? ''} onChange={(event) => map(line.element, event.currentTarget.value.trim())} />
            </label>
          )}
        </li>
      ))}
    </ul>
  )
}
