/** A part of the page that is fetched when first needed; if that fails it can be tried again. A quiet one shows nothing until it is there. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { NotFetched } from './states'

export function lazy<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>, quiet = false) {
  let loaded: ComponentType<Props> | null = null
  return function Lazy(props: Props) {
    const part = useSignal<{ component: ComponentType<Props> | null }>({ component: loaded })
    const failed = useSignal(false)
    const fetch = () => {
      failed.value = false
      load().then(
        ({ default: component }) => {
          loaded = component
          part.value = { component }
        },
        () => (failed.value = true),
      )
    }
    useEffect(() => {
      if (!loaded) fetch()
    }, [])
    const Part = part.value.component
    if (Part) return <Part {...props} />
    if (quiet) return null
    return failed.value ? <NotFetched /> : <div class="page" aria-busy="true" />
  }
}
