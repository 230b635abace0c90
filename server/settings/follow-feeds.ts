import type { UserEvent } from '../../protocol/index.ts'
import type { Feeds } from '../shared-state/index.ts'
import type { ProviderConnections } from './provider-connections.ts'
import type { Settings } from './settings.ts'

/**
 * Rereads connections and settings when any instance has changed them, and notifies every page open on this instance.
 */
export function followFeeds(
  feeds: Pick<Feeds, 'on'>,
  {
    connections,
    settings,
    notifyPages,
  }: {
    connections: Pick<ProviderConnections, 'read'>
    settings: Pick<Settings, 'read' | 'revision'>
    notifyPages: (event: UserEvent) => void
  },
): void {
  feeds.on('connections', async () => {
    await connections.read()
    notifyPages({ name: 'models.changed' })
  })
  feeds.on('settings', async () => {
    await settings.read()
    notifyPages({ name: 'settings.changed', revision: settings.revision })
  })
}
