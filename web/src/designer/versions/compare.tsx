/** Any two versions of a folder beside one another. */
import { deploymentChanges, deploymentFiles, deployments } from '../../api/designs'
import { useResource } from '../../frame/resource'
import { Screen } from '../../frame/screen'
import { Failed } from '../../frame/states'
import { ed } from '../../i18n/designer-editors'
import { query } from '../../routing/router'
import type { PageProps } from '../parts'
import { Comparison } from './comparison'
import '../editors.css'

export default function ComparePage({ more: before, other: after }: PageProps) {
  const folder = new URLSearchParams(query.value).get('folder') ?? ''
  const found = useResource(`${before}/${after}`, async (live) => {
    const [old, fresh, changes, all] = await Promise.all([deploymentFiles(before, live), deploymentFiles(after, live), deploymentChanges(after, before, live).then(({ files }) => files), folder ? deployments(folder, live) : []])
    const label = (id: string) => ed('versions.v', { n: all.find((one) => one.id === id)?.number ?? '?' })
    return { before: { label: label(before), files: old }, after: { label: label(after), files: fresh }, changes }
  })
  const content = found.content.value
  return (
    <Screen title={content ? ed('compare.title', { before: content.before.label, after: content.after.label }) : ed('compare')} tools={folder ? <a class="btn sm" href={`/designer/versions/${encodeURIComponent(folder)}`}>{ed('versions')}</a> : undefined}>
      {found.error.value !== null && <Failed error={found.error.value} retry={() => void found.load()} />}
      {content && <Comparison {...content} />}
    </Screen>
  )
}
