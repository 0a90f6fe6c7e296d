/** Posts, with those to whom their overdue work climbs. */
import * as api from '../api/organisation'
import type { KeptPost } from '../api/organisation'
import { useResource } from '../frame/resource'
import { say } from '../frame/toast'
import { org } from '../i18n/organisation'
import { FormDialog, said, type Field, type Values } from './form'
import { Opens, Part } from './table'

export default function PostsPage() {
  const rows = useResource('posts', api.posts)
  const form = (row?: KeptPost) => (close: () => void) =>
    <PostForm {...(row ? { row } : {})} posts={rows.content.value ?? []} reload={() => void rows.load()} onClose={close} />
  return (
    <Part title="posts" rows={rows} heads={['code', 'name', 'superior', 'leader', 'actions']} empty="posts.none" tools={<Opens words="post.add" open={form()} />}>
      {(row) => (
        <tr key={row.code}>
          <th scope="row" class="mono">{row.code}</th>
          <td>{row.name}</td>
          <td class="mono">{row.superior}</td>
          <td class="mono">{row.leader}</td>
          <td class="r"><Opens words="edit" open={form(row)} /></td>
        </tr>
      )}
    </Part>
  )
}

function PostForm({ row, posts, reload, onClose }: { row?: KeptPost; posts: KeptPost[]; reload: () => void; onClose: () => void }) {
  const others = [['', org('post.nobody')], ...posts.map(({ code, name }) => [code, `${name} ${code}`])] as [string, string][]
  const fields: Field[] = [
    { name: 'code', label: 'code', required: true, fixed: Boolean(row) },
    { name: 'name', label: 'name.zh', required: true },
    { name: 'nameEn', label: 'name.en', required: true },
    { name: 'superior', label: 'superior', choices: others },
    { name: 'leader', label: 'leader', choices: others },
  ]
  const send = async (values: Values) => {
    await api.putPost(said(values, 'code')!, {
      name: said(values, 'name'), nameEn: said(values, 'nameEn'), superior: said(values, 'superior'), leader: said(values, 'leader'),
    })
    say(org('saved'))
    reload()
  }
  const start = { code: row?.code ?? '', name: row?.nameZh ?? '', nameEn: row?.nameEn ?? '', superior: row?.superior ?? '', leader: row?.leader ?? '' }
  return <FormDialog title={org(row ? 'post.edit' : 'post.add')} lead={org('post.lead')} fields={fields} start={start} action={org('save')} onSend={send} onClose={onClose} />
}
