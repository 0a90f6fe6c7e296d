/** The process folders: what is published, what is being changed and by whom, and the way into each. */
import { useSignal } from '@preact/signals'
import { folders, openDesign, openFolder, type ProcessFolder } from '../api/designs'
import { Problem, sentence } from '../api/problem'
import { useResource } from '../frame/resource'
import { Dialog } from '../frame/dialog'
import { Screen } from '../frame/screen'
import { Empty, Failed } from '../frame/states'
import { joined, t } from '../i18n'
import { des } from '../i18n/designer'
import { navigate } from '../routing/router'
import { can } from '../session/session'
import { dayTime } from './moments'

export function Folders() {
  const found = useResource('folders', folders)
  const making = useSignal(false)
  const error = useSignal('')
  const open = async (folder: ProcessFolder) => {
    error.value = ''
    try {
      navigate(`/designer/${(folder.design ?? (await openDesign(folder.name))).id}`)
    } catch (failure) {
      // Somebody else was quicker to begin.
      const other = failure instanceof Problem && failure.code === 'design-exists' ? failure.fact('design') : null
      if (other) navigate(`/designer/${other}`)
      else error.value = sentence(failure)
    }
  }
  const tools = can('design') && <button type="button" class="btn" onClick={() => (making.value = true)}>{des('folder.new')}</button>
  return (
    <Screen title={t('place.designer')} tools={tools}>
      {error.value && <p class="note over" role="alert">{error.value}</p>}
      {found.error.value !== null && !found.content.value && <Failed error={found.error.value} retry={() => void found.load()} />}
      {found.content.value?.length === 0 && <Empty title={des('empty')} hint={des('empty.hint')} />}
      {found.content.value && found.content.value.length > 0 && (
        <table class="tbl folders">
          <thead><tr><th scope="col">{des('folder')}</th><th scope="col">{des('folder.processes')}</th><th scope="col">{des('folder.version')}</th><th scope="col">{des('folder.design')}</th><th scope="col"><span class="vh">{des('folder.acts')}</span></th></tr></thead>
          <tbody>{found.content.value.map((folder) => <Folder key={folder.name} folder={folder} onOpen={() => void open(folder)} />)}</tbody>
        </table>
      )}
      {making.value && <NewFolder onClose={() => (making.value = false)} />}
    </Screen>
  )
}

function Folder({ folder, onOpen }: { folder: ProcessFolder; onOpen: () => void }) {
  const { name, title, processes, latest, design } = folder
  const state = design && des(design.state === 'inReview' ? 'design.inReview' : 'design.editing')
  return (
    <tr>
      <th scope="row"><b>{title || name}</b><span class="s d block mono">{name}</span></th>
      <td class="s d2">{processes.map((process) => process.name).join(t('comma.items'))}</td>
      <td class="nw">{latest ? <><a href={`/designer/versions/${encodeURIComponent(name)}`}>v{latest.number}</a><span class="s d block">{joined(dayTime(latest.deployedAt), latest.deployedBy)}</span></> : des('folder.none')}</td>
      <td class="nw">{design ? <>{state}<span class="s d block">{joined(design.editedBy, dayTime(design.editedAt))}</span></> : <span class="d">{des('folder.unchanged')}</span>}</td>
      <td class="r">{(design || can('design')) && <button type="button" class="btn sm" onClick={onOpen}>{des(design ? (can('design') ? 'folder.continue' : 'folder.look') : 'folder.change')}<span class="vh"> {title || name}</span></button>}</td>
    </tr>
  )
}

function NewFolder({ onClose }: { onClose: () => void }) {
  const name = useSignal('')
  const title = useSignal('')
  const error = useSignal('')
  const send = async () => {
    error.value = ''
    try {
      navigate(`/designer/${(await openFolder(name.value.trim(), title.value.trim())).id}`)
    } catch (failure) {
      error.value = failure instanceof Problem && failure.errors[0]?.message ? failure.errors[0].message : sentence(failure)
    }
  }
  return (
    <Dialog title={des('folder.new')} shape="sheet" onClose={onClose} footer={<button type="button" class="btn pri" disabled={!name.value.trim() || !title.value.trim()} onClick={() => void send()}>{des('folder.make')}</button>}>
      <div class="form-fields">
        <div class="fld"><label for="folder-title">{des('folder.title')}</label><input class="in" id="folder-title" data-autofocus value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} /></div>
        <div class="fld"><label for="folder-name">{des('folder.name')}</label><input class="in mono" id="folder-name" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /><p class="s d">{des('folder.name.hint')}</p></div>
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </Dialog>
  )
}
