/** What was sent with an opinion: each file to be opened by whoever may see the opinion. */
import { enclosureAddress } from '../api/paper'
import type { Attachment } from '../api/types'
import { Icon } from '../frame/icon'
import { sizeWords } from '../task/uploads'

export function Enclosed({ files, instanceId }: { files: Attachment[]; instanceId: string }) {
  if (!files.length) return null
  return (
    <ul class="files">
      {files.map(({ id, name, size, type }) => (
        <li key={id} class="file">
          <Icon name={type.startsWith('image/') ? 'image' : 'doc'} />
          <a class="link name" href={enclosureAddress(instanceId, id)} download={name}>{name}</a>
          <span class="s d nw">{sizeWords(size)}</span>
        </li>
      ))}
    </ul>
  )
}
