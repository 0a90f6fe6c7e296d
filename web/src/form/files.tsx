/** The files of a field: read by opening them, written by taking a picture or choosing one, each with its progress. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Attachment, Field, Value } from '../api/types'
import { Dialog } from '../frame/dialog'
import { Icon } from '../frame/icon'
import { t } from '../i18n'
import { megabytes, sizeWords, typeNames, type Upload } from '../task/uploads'
import type { Path } from './nodes'
import { useWriting } from './writing'

interface Props {
  field: Field
  path: Path
  value: Value
  id: string
  invalid: boolean
  notes: string | undefined
}

const idsOf = (value: Value): string[] => (Array.isArray(value) ? value.map(String) : [])

export function FilesReading({ value }: { value: Value }) {
  const { uploads } = useWriting()
  return <ul class="files">{idsOf(value).map((id) => <Kept key={id} id={id} record={uploads.known.value[id]} />)}</ul>
}

export function FilesControl({ field, path, value, id, invalid, notes }: Props) {
  const { uploads, narrow } = useWriting()
  const chooser = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  const kept = idsOf(value)
  const waiting = uploads.waiting.value.filter((upload) => upload.path.join('.') === path.join('.'))
  const room = field.maxFiles! - kept.length - waiting.length
  const pictures = field.accept!.some((type) => type.startsWith('image/'))
  const take = (input: HTMLInputElement) => {
    uploads.add(field, path, [...(input.files ?? [])])
    input.value = ''
  }
  return (
    <div role="group" class="filing" id={id} aria-labelledby={`${id}-label`} aria-describedby={[notes, `${id}-rule`].filter(Boolean).join(' ')} aria-invalid={invalid || undefined}>
      {(kept.length > 0 || waiting.length > 0) && (
        <ul class="files">
          {kept.map((one) => <Kept key={one} id={one} record={uploads.known.value[one]} onRemove={() => uploads.remove(path, one)} />)}
          {waiting.map((upload) => <Waiting key={upload.id} upload={upload} onRetry={() => uploads.retry(upload.id)} onRemove={() => uploads.remove(path, upload.id)} />)}
        </ul>
      )}
      <p class="fx adding">
        {room > 0 && narrow && pictures && (
          <button type="button" class="btn sm" onClick={() => camera.current!.click()}><Icon name="camera" />{t('files.photo')}</button>
        )}
        {room > 0 && <button type="button" class="btn sm" onClick={() => chooser.current!.click()}><Icon name="clip" />{t('files.choose')}</button>}
        <span class="s d" id={`${id}-rule`}>{t(field.maxFiles! > 1 ? 'files.rule' : 'files.rule.one', { types: typeNames(field.accept!), n: field.maxFiles!, size: megabytes(field.maxBytes!) })}</span>
      </p>
      <input type="file" hidden ref={chooser} accept={acceptOf(field)} multiple={room > 1} onChange={(event) => take(event.currentTarget)} />
      <input type="file" hidden ref={camera} accept="image/*" capture="environment" onChange={(event) => take(event.currentTarget)} />
    </div>
  )
}

/** Any picture may be chosen: the browser turns it into a JPEG. */
const acceptOf = (field: Field): string => field.accept!.map((type) => (type === 'image/jpeg' ? 'image/*' : type)).join(',')

function Kept({ id, record, onRemove }: { id: string; record: Attachment | undefined; onRemove?: () => void }) {
  const { uploads } = useWriting()
  const open = useSignal(false)
  const address = uploads.addressOf(id)
  const picture = record?.type.startsWith('image/')
  const name = record?.name ?? t('files.gone')
  return (
    <li class="file">
      <Icon name={picture ? 'image' : 'doc'} />
      {!record && <span class="name d">{name}</span>}
      {picture && <button type="button" class="link name" onClick={() => (open.value = true)}>{name}</button>}
      {record && !picture && <a class="link name" href={address} download={name}>{name}</a>}
      {record && <span class="s d nw">{sizeWords(record.size)}</span>}
      {onRemove && <Remove name={name} onRemove={onRemove} />}
      {open.value && <Viewer record={record!} address={address} onClose={() => (open.value = false)} />}
    </li>
  )
}

function Waiting({ upload, onRetry, onRemove }: { upload: Upload; onRetry: () => void; onRemove: () => void }) {
  const percent = Math.min(99, Math.round((upload.sent / upload.size) * 100))
  return (
    <li class={`file ${upload.error ? 'bad' : 'going'}`}>
      <Icon name={upload.error ? 'alert' : 'clip'} />
      <span class="name">{upload.name}</span>
      {upload.error ? <span class="err" role="alert">{upload.error}</span> : (
        <>
          <progress max={100} value={percent} aria-label={t('files.sending', { name: upload.name })} />
          <span class="s d num">{percent}%</span>
        </>
      )}
      {upload.error && upload.again && <button type="button" class="btn sm" onClick={onRetry}><Icon name="redo" />{t('files.retry')}</button>}
      <Remove name={upload.name} onRemove={onRemove} />
    </li>
  )
}

function Remove({ name, onRemove }: { name: string; onRemove: () => void }) {
  return <button type="button" class="btn q sm out" aria-label={t('files.remove', { name })} onClick={onRemove}><Icon name="x" /></button>
}

function Viewer({ record, address, onClose }: { record: Attachment; address: string; onClose: () => void }) {
  const failed = useSignal(false)
  const footer = <a class="btn" href={address} download={record.name}>{t('files.save')}</a>
  return (
    <Dialog title={record.name} shape="sheet" onClose={onClose} footer={footer}>
      {failed.value ? <p class="err" role="alert">{t('files.notOpened')}</p> : (
        <img class="shown" src={address} alt={record.name} onError={() => (failed.value = true)} />
      )}
    </Dialog>
  )
}
