/** The views that one may use: opened, pinned, begun with, removed. */
import { useSignal } from '@preact/signals'
import { particular } from '../api/problem'
import { chooseView, removeView, type View } from '../api/views'
import { either, joined, t } from '../i18n'
import { withoutSuffix } from '../inbox/row'

interface Props<Kept> {
  views: Kept[]
  /** What of a view is not in its name. */
  words: (view: Kept) => string
  reload: () => Promise<void>
  open: (view: Kept) => void
}

export function SavedViews<Kept extends View<object, string>>({ views: all, words, reload, open }: Props<Kept>) {
  const error = useSignal('')
  const act = async (change: () => Promise<void>) => {
    error.value = ''
    try {
      await change()
      await reload()
    } catch (failure) {
      error.value = particular(failure)
    }
  }
  if (!all.length) return null
  return (
    <section class="st" aria-label={t('list.views')}>
      <h3 class="small">{t('list.views')}</h3>
      <ul class="saved">
        {all.map((view) => (
          <li key={view.id}>
            <button type="button" class="link" onClick={() => open(view)}>{view.name}</button>
            <span class="s d block">{joined(words(view), view.sharedWith, !view.mine && withoutSuffix(view.owner))}</span>
            <span class="fx">
              <button type="button" class="btn sm" aria-pressed={view.pinned} onClick={() => void act(() => chooseView(view.id, !view.pinned, view.preferred))}>{either('固定', 'Pin')}</button>
              <button type="button" class="btn sm" aria-pressed={view.preferred} onClick={() => void act(() => chooseView(view.id, view.pinned, !view.preferred))}>{either('打开时先看', 'Begin with it')}</button>
              {view.mine && <button type="button" class="btn q sm" aria-label={either(`删除视图“${view.name}”`, `Remove view “${view.name}”`)} onClick={() => void act(() => removeView(view.id))}>{either('删除', 'Remove')}</button>}
            </span>
          </li>
        ))}
      </ul>
      <div role="alert">{error.value && <p class="err">{error.value}</p>}</div>
    </section>
  )
}
