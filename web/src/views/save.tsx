/** A filter kept as a view, for oneself or shared. */
import { useSignal } from '@preact/signals'
import { particular } from '../api/problem'
import { saveView, type View } from '../api/views'
import { Choice } from '../frame/choice'
import { say } from '../frame/toast'
import { either } from '../i18n'
import { session } from '../session/session'

interface Props {
  box: string
  /** What the box is called. */
  words: string
  filter: object
  saved: () => Promise<void>
}

/** Keeps the filter under a name. It may be shared with one's own posts and departments: each sees only what he may see through it. */
export function SaveView({ box, words, filter, saved }: Props) {
  const name = useSignal('')
  const share = useSignal('')
  const error = useSignal('')
  const chairs = session.value!.capacities
  const shares = [
    ...chairs.map(({ id, institution, post }) => [`post ${id}`, either(`同岗位：${institution.name} ${post.name}`, `Same post: ${institution.name} ${post.nameEn}`)] as const),
    ...chairs.flatMap(({ id, institution, department }) => (department ? [[`department ${id}`, either(`同科室：${institution.name} ${department.name}`, `Same department: ${institution.name} ${department.name}`)] as const] : [])),
  ]
  const save = async () => {
    const [kind, capacityId] = share.value.split(' ')
    try {
      await saveView({ name: name.value.trim(), box, filter, share: (kind || null) as View['share'], capacityId: capacityId ?? null })
      say(either(`视图“${name.value.trim()}”已保存并固定`, `View “${name.value.trim()}” saved and pinned`))
      name.value = error.value = ''
      await saved()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  return (
    <section class="st" aria-label={either('存为视图', 'Save as a view')}>
      <h3 class="small">{either(`存为视图（${words}）`, `Save as a view (${words})`)}</h3>
      <div class="two-fields">
        <label class="fld"><span class="l">{either('名称', 'Name')}</span><input class="in" maxLength={30} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} /></label>
        <Choice label={either('谁能用', 'For whom')} none={either('只有我', 'Only me')} value={share.value} values={shares} set={(value) => (share.value = value)} />
      </div>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
      <p><button type="button" class="btn" aria-disabled={!name.value.trim()} onClick={() => void (name.value.trim() && save())}>{either('存为视图', 'Save')}</button></p>
    </section>
  )
}
