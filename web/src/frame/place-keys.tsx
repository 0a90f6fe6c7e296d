/** Keys that work everywhere: going places, searching, help, and the palette of commands. */
import { useSignal } from '@preact/signals'
import { showHelp } from '../keyboard/help'
import { useCommands } from '../keyboard/use-commands'
import { showNotices } from '../notifications/bell'
import { navigate } from '../routing/router'
import { lazy } from './lazy'
import { narrow } from './media'

const Palette = lazy(() => import('../keyboard/palette'), true)

export function PlaceKeys() {
  const choosing = useSignal(false)
  useCommands([
    { keys: 'Mod+k', act: () => void (choosing.value = true), always: true },
    { keys: 'g i', act: () => navigate('/inbox/todo') },
    { keys: 'g d', act: () => navigate('/inbox/done') },
    { keys: 'g s', act: () => navigate('/mine') },
    { keys: 'g m', act: () => navigate('/mine') },
    { keys: 'g n', act: () => navigate('/start') },
    { keys: 'b', act: () => (narrow.value ? navigate('/notifications') : showNotices()) },
    { keys: '?', act: showHelp },
    { keys: '/', act: () => document.querySelector<HTMLInputElement>('.find input')?.focus() },
  ])
  return choosing.value ? <Palette onClose={() => (choosing.value = false)} /> : null
}
