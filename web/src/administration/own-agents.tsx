/** One's own agents (代理), in a layer that the personal menu opens. */
import * as api from '../api/organisation'
import { Dialog } from '../frame/dialog'
import { useResource } from '../frame/resource'
import { org } from '../i18n/organisation'
import { Agents } from './agents'

export default function OwnAgents({ onClose }: { onClose: () => void }) {
  const rows = useResource('agents/own', () => api.delegations())
  return (
    <Dialog title={org('agents.own')} shape="sheet" onClose={onClose}>
      <p class="d2 lead">{org('agents.lead')}</p>
      <Agents rows={rows} own />
    </Dialog>
  )
}
