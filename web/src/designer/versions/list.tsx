/** The versions of one folder: who published what and why, any two of them compared, an older one made the newest again. */
import { useSignal } from '@preact/signals'
import { deploymentBundle, deployments, folders, rollBack, type Deployment, type Published } from '../../api/designs'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Empty, Failed } from '../../frame/states'
import { t } from '../../i18n'
import { ed } from '../../i18n/designer-editors'
import { ReasonDialog } from '../../operations/reason'
import { can } from '../../session/session'
import { dayTime } from '../moments'
import type { PageProps } from '../parts'
import { Outcome } from './outcome'
import '../editors.css'

export default function VersionsPage({ more: folder }: PageProps) {
  const found = useResource(folder, (live) => deployments(folder, live))
  const known = useResource('folders', folders)
  const chosen = useSignal<string[]>([])
  const back = useSignal<Deployment | null>(null)
  const done = useSignal<Published | null>(null)
  const title = known.content.value?.find(({ name }) => name === folder)?.title ?? folder
  const items = found.content.value
  const [after, before] = items?.filter(({ id }) => chosen.value.includes(id)) ?? []
  // The latest two that were ticked count.
  const tick = (id: string, on: boolean) => (chosen.value = on ? [...chosen.value, id].slice(-2) : chosen.value.filter((one) => one !== id))
  return (
    <Screen title={ed('versions.of', { title })} tools={<a class="btn sm" href="/designer">{ed('versions.folders')}</a>}>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {items?.length === 0 && <Empty title={ed('versions.none')} hint={ed('versions.none.hint')} />}
      {done.value && <Outcome published={done.value} />}
      {items && items.length > 0 && (
        <>
          <ol class="ed-versions">
            {items.map((item, at) => <Version key={item.id} item={item} earlier={items[at + 1]} folder={folder} chosen={chosen.value.includes(item.id)} tick={(on) => tick(item.id, on)} onBack={() => (back.value = item)} />)}
          </ol>
          <p class="fx">
            {before && after ? <a class="btn" href={comparison(folder, before, after)}>{ed('versions.compare', { before: before.number, after: after.number })}</a> : <span class="s d">{ed('versions.compare.hint')}</span>}
          </p>
        </>
      )}
      {back.value && (
        <ReasonDialog
          title={ed('back.title', { n: back.value.number })} hint={ed('back.hint')} action={ed('back.act', { n: back.value.number })} label={ed('note')} final onClose={() => (back.value = null)}
          onSend={async (note) => {
            done.value = await rollBack(folder, back.value!.id, note)
            chosen.value = []
            await found.load()
          }}
        />
      )}
    </Screen>
  )
}

const comparison = (folder: string, before: Deployment, after: Deployment): string => `/designer/compare/${before.id}/${after.id}?folder=${encodeURIComponent(folder)}`

interface VersionProps {
  item: Deployment
  earlier: Deployment | undefined
  folder: string
  chosen: boolean
  tick: (on: boolean) => void
  onBack: () => void
}

function Version({ item, earlier, folder, chosen, tick, onBack }: VersionProps) {
  const { id, number, current, deployedAt, deployedBy, note } = item
  const which = <span class="vh"> v{number}</span>
  return (
    <li>
      <label class="nw"><input type="checkbox" aria-label={ed('versions.pick', { n: number })} checked={chosen} onChange={({ currentTarget }) => tick(currentTarget.checked)} /><b>v{number}</b>{current && <span class="tag">{ed('versions.current')}</span>}</label>
      <p><span class="s d2">{dayTime(deployedAt)} · {deployedBy ?? t('timeline.system')}</span><span class="block">{note}</span></p>
      <p class="fx">
        {earlier && <a class="btn sm" href={comparison(folder, earlier, item)}>{ed('versions.withBefore')}{which}</a>}
        <a class="btn sm" href={deploymentBundle(id)} download>{ed('export')}{which}</a>
        {!current && can('deploy') && <button type="button" class="btn sm" onClick={onBack}>{ed('back')}{which}</button>}
      </p>
    </li>
  )
}
