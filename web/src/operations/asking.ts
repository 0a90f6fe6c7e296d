/** The filter that the page stands at, and another one asked for. */
import type { InstanceFilter } from '../api/operated-types'
import { navigate, query } from '../routing/router'
import { addressOf, filterIn } from './filter'

/** What names something of the process and goes with it. */
const OF_PROCESS = { version: undefined, element: undefined, passed: undefined }
type Changes = { [name in keyof InstanceFilter]: InstanceFilter[name] | undefined }

export const asked = (): InstanceFilter => filterIn(query.value)

/** Asks for the same with changes; another process takes what named something of the one before away. */
export function ask(changes: Changes): void {
  const next = { ...asked(), ...('process' in changes ? OF_PROCESS : {}), ...changes }
  navigate(addressOf(next as InstanceFilter), { replace: true })
}
