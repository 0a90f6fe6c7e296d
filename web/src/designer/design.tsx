/** One design in its frame: head with what can be done, its files, the editor of the one in front, problems below. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../frame/icon'
import { narrow } from '../frame/media'
import { BarEnd, Screen, useTitle } from '../frame/screen'
import { Failed } from '../frame/states'
import { t } from '../i18n'
import { des } from '../i18n/designer'
import { drawing } from './canvas/drawing'
import { shapeOf } from './canvas/marks'
import { Files } from './files'
import { Head } from './head'
import { Keys } from './keys'
import { EDITORS, Rehearsal } from './parts'
import { Problems, watchFindings } from './problems'
import { conflicts, recover, recovered, save, settle, startSaving } from './saving/autosave'
import { startLock, takeOver } from './saving/lock'
import { close, current, currentFile, design, files, open, title, writable, type DesignFinding, type OpenFile } from './state'
import { can } from '../session/session'
import { dayTime } from './moments'

export function DesignPage({ id }: { id: string }) {
  const error = useSignal<unknown>(null)
  const load = () => {
    error.value = null
    open(id).catch((failure: unknown) => (error.value = failure))
  }
  useEffect(() => {
    load()
    return () => void save().finally(() => design.peek()?.id === id && close())
  }, [])
  const ready = design.value?.id === id
  useEffect(() => {
    if (!ready) return
    const stops = [startLock(id), startSaving(id), watchFindings(id)]
    return () => stops.forEach((stop) => stop())
  }, [ready])
  if (!ready || !design.value) {
    return <Screen title={t('place.designer')}>{error.value !== null ? <Failed error={error.value} retry={load} /> : <p class="d2">{des('design.busy')}</p>}</Screen>
  }
  return <Open />
}

function Open() {
  const open = design.value!
  const file = currentFile.value
  useTitle(`${title.value} · ${t('place.designer')}`)
  return (
    <>
      <header class="bar designer-bar">
        <a class="btn q sm" href="/designer" aria-label={des('back')}><Icon name="left" /></a>
        <h1>{title.value}</h1>
        <Head design={open} />
        {!narrow.value && <BarEnd />}
      </header>
      <main class="designer" id="main" tabIndex={-1}>
        <Notes />
        <Files />
        {file ? <Editor key={file.name} file={file} /> : <p class="pad d2">{des('design.noFiles')}</p>}
        <Problems onShow={show} />
        <Rehearsal />
      </main>
      <Keys />
    </>
  )
}

/** Brings what a finding is about to the front and selects it. */
function show({ file, element }: DesignFinding): void {
  if (file && files.peek().has(file)) current.value = file
  if (!element) return
  // Another file is drawn first.
  const select = (tries: number): void => {
    const open = drawing.peek()
    const shape = open ? shapeOf(open, element) : undefined
    if (open && shape) {
      open.get('canvas').setRootElement(open.get('canvas').findRoot(shape))
      open.get('selection').select(shape)
      open.get('canvas').scrollToElement(shape, 120)
    } else if (tries) setTimeout(() => select(tries - 1), 100)
  }
  select(20)
}

function Editor({ file }: { file: OpenFile }) {
  const Kind = EDITORS[file.kind]
  if (Kind) return <Kind design={design.value!} file={file} />
  return (
    <div class="pad">
      <p class="note">{des('design.noEditor')}</p>
      <pre class="s mono">{file.content}</pre>
    </div>
  )
}

/** What one has to know before one writes: who else writes, what was kept, what collides. */
function Notes() {
  const open = design.value!
  const failed = useSignal(false)
  return (
    <div class="notes designer-notes">
      {open.state !== 'editing' && <p class="note">{des(`design.fixed.${open.state}`)}</p>}
      {open.state === 'editing' && !can('design') && <p class="note">{des('design.readOnly')}</p>}
      {open.state === 'editing' && can('design') && open.lock && !open.lock.mine && (
        <p class="note soon fx" role="status"><Icon name="lock" />{des('lock.held', { name: open.lock.name })}
          {can('deploy') && <button type="button" class="btn sm push" onClick={() => void takeOver(open.id).catch(() => (failed.value = true))}>{des('lock.take')}</button>}
          {failed.value && <span class="err">{des('lock.failed')}</span>}
        </p>
      )}
      {recovered.value.length > 0 && (
        <div class="note soon fx" role="alert"><Icon name="alert" />
          <span>{des('recover.found', { files: recovered.value.map(({ file }) => file.name).join(t('comma.items')), at: dayTime(new Date(Math.max(...recovered.value.map(({ at }) => at))).toISOString()) })}</span>
          <button type="button" class="btn sm push" disabled={!writable.value} onClick={() => recover('take')}>{des('recover.take')}</button>
          <button type="button" class="btn sm" onClick={() => recover('drop')}>{des('recover.drop')}</button>
        </div>
      )}
      {conflicts.value.map((conflict) => (
        <div key={conflict.mine.name} class="note over fx" role="alert"><Icon name="alert" />
          <span><b>{conflict.mine.name}</b> {conflict.said}{des('conflict.kept')}</span>
          <button type="button" class="btn sm push" onClick={() => settle(conflict, 'mine')}>{des('conflict.mine')}</button>
          <button type="button" class="btn sm" onClick={() => settle(conflict, 'theirs')}>{des('conflict.theirs')}</button>
        </div>
      ))}
    </div>
  )
}
