/** Keys that work everywhere: going places, searching, help. */
import { showHelp } from '../keyboard/help'
import { useCommands } from '../keyboard/use-commands'
import { showNotices } from '../notifications/bell'
import { navigate } from '../routing/router'
import { narrow } from './media'

export function PlaceKeys() {
  useCommands([
    { keys: 'g i', act: () => navigate('/inbox/todo') },
    { keys: 'g d', act: () => navigate('/inbox/done') },
    { keys: 'g s', act: () => navigate('/mine') },
    { keys: 'g m', act: () => navigate('/mine') },
    { keys: 'g n', act: () => navigate('/start') },
    { keys: 'b', act: () => (narrow.value ? navigate('/notifications') : showNotices()) },
    { keys: '?', act: showHelp },
    { keys: '/', act: () => document.querySelector<HTMLInputElement>('.find input')?.focus() },
  ])
  return null
}
