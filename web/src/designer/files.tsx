/** The files of the open design: which one is in front, a new one, and taking one out. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { removeFile } from '../api/designs'
import { sentence } from '../api/problem'
import { Dialog } from '../frame/dialog'
import { narrow } from '../frame/media'
import { des } from '../i18n/designer'
import { beginning, ENDINGS, type NewKind } from './new-files'
import { change, current, currentFile, design, files, forget, writable, type OpenFile } from './state'

const ORDER = ['bpmn', 'form', 'decision', 'parameters', 'metrics', 'document', 'scenario']

export function Files() {
  const layer = useSignal<'new' | 'remove' | null>(null)
  const sorted = [...files.value.values()].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || shortName(one.name).localeCompare(shortName(other.name)))
  const file = currentFile.value
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [current.value])
  return (
    <nav class="files-of-design" aria-label={des('files')}>
      <div class="listed" ref={list}>
        {sorted.map(({ name, kind, unsaved }) => (
          <button key={name} type="button" class="btn q sm" aria-current={current.value === name ? 'true' : undefined} onClick={() => (current.value = name)}>
            <span class="tag">{des(`kind.of.${kind}`)}</span>{shortName(name)}{unsaved && <span aria-label={des('files.unsaved')}> •</span>}
          </button>
        ))}
      </div>
      {file?.revision && !narrow.value && <a class="btn q sm" href={`/designer/${design.value!.id}/saves?file=${encodeURIComponent(file.name)}`}>{des('files.saves')}<span class="vh"> {file.name}</span></a>}
      {writable.value && !narrow.value && (
        <>
          <button type="button" class="btn q sm" onClick={() => (layer.value = 'new')}>＋ {des('files.new')}</button>
          {file && <button type="button" class="btn q sm" onClick={() => (layer.value = 'remove')}>{des('files.remove')}<span class="vh"> {file.name}</span></button>}
        </>
      )}
      {layer.value === 'new' && <NewFile onClose={() => (layer.value = null)} />}
      {layer.value === 'remove' && file && <Remove file={file} onClose={() => (layer.value = null)} />}
    </nav>
  )
}

const shortName = (name: string): string => name.replace(/\.(bpmn|dmn|form\.json|document\.json|scenario\.json|json)$/, '')
/** An id of BPMN and a file name at once. */
const NAME = /^[A-Za-z_][\w-]*$/

function NewFile({ onClose }: { onClose: () => void }) {
  const kind = useSignal<NewKind>('bpmn')
  const name = useSignal('')
  const title = useSignal('')
  const whole = () => (kind.value === 'parameters' ? 'parameters' : name.value.trim()) + ENDINGS[kind.value]
  const problem = () => {
    if (files.value.has(whole())) return des('files.taken', { name: whole() })
    return kind.value === 'parameters' || NAME.test(name.value.trim()) ? '' : des('files.name.wrong')
  }
  const make = () => {
    change(whole(), beginning(kind.value, name.value.trim(), title.value.trim() || name.value.trim()))
    current.value = whole()
    onClose()
  }
  return (
    <Dialog title={des('files.new')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" disabled={problem() !== ''} onClick={make}>{des('folder.make')}</button>}>
      <div class="form-fields">
        <div class="fld"><label for="file-kind">{des('files.kind')}</label>
          <select class="in" id="file-kind" value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value as NewKind)}>
            {(Object.keys(ENDINGS) as NewKind[]).map((one) => <option key={one} value={one}>{des(`kind.of.${one}`)}</option>)}
          </select>
        </div>
        {kind.value !== 'parameters' && (
          <>
            <div class="fld"><label for="file-title">{des('folder.title')}</label><input class="in" id="file-title" value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} /></div>
            <div class="fld"><label for="file-name">{des('files.name')}</label><input class="in mono" id="file-name" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /><p class="s d">{des('files.name.hint')}</p></div>
          </>
        )}
      </div>
      {(name.value || kind.value === 'parameters') && problem() && <p class="err" role="alert">{problem()}</p>}
    </Dialog>
  )
}

function Remove({ file, onClose }: { file: OpenFile; onClose: () => void }) {
  const error = useSignal('')
  const act = async () => {
    error.value = ''
    try {
      // A file that has never been saved is only here.
      if (file.revision !== null) await removeFile(design.value!.id, file.name, file.revision)
      forget(file.name)
      onClose()
    } catch (failure) {
      error.value = sentence(failure)
    }
  }
  return (
    <Dialog title={des('files.remove.title', { name: file.name })} onClose={onClose} footer={<button type="button" class="btn no" onClick={() => void act()}>{des('files.remove')}</button>}>
      <p>{des('files.remove.hint')}</p>
      {error.value && <p class="err" role="alert">{error.value}</p>}
    </Dialog>
  )
}
