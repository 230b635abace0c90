import type { ResponseOf } from '../../protocol/http/index.ts'
import type { ConnectionConfig, ModelCatalogue } from '../upstream/contracts.ts'
import type { UseCases } from '../use-case.ts'
import type { ProviderConnections } from './provider-connections.ts'
import type { Settings } from './settings.ts'

export interface SettingsUseCaseOptions {
  settings: Settings
  connections: ProviderConnections
  /** Requests the list of models from the provider. */
  checkConnection: (
    connection: ConnectionConfig,
    signal: AbortSignal,
  ) => Promise<ResponseOf<'verifyConnection'>>
  /** The states of the enabled connections by id. */
  connectionStates: () => Promise<ReturnType<ModelCatalogue['states']>>
  discoverOllama: (signal: AbortSignal) => Promise<ResponseOf<'discoverOllama'>>
}

/** The use cases for settings and for connections to providers. */
export function createSettingsUseCases(options: SettingsUseCaseOptions) {
  const { settings, connections, checkConnection, connectionStates, discoverOllama } = options
  return {
    getSettings: async () => settings.view(),
    putSettings: (caller, { body }) => settings.change(caller.user, body),
    listConnections: async () => connections.present(await connectionStates()),
    createConnection: (_, { body }) => connections.create(body),
    updateConnection: (_, { params, body }) => connections.update(params.id, body),
    deleteConnection: (_, { params }) => connections.delete(params.id),
    async verifyConnection(_, { body }, { signal }) {
      const result = await checkConnection(connections.draft(body), signal)
      // Administrators test a connection to see its new models, so users must see them too.
      if (result.ok && connections.isInUse(body)) await connections.reloadModels()
      return result
    },
    discoverOllama: (_, __, { signal }) => discoverOllama(signal),
  } satisfies Partial<UseCases>
}
