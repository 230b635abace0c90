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
  /** Discards this instance's cached lists of models. */
  refreshModels: () => void
  discoverOllama: (signal: AbortSignal) => Promise<ResponseOf<'discoverOllama'>>
}

/** The use cases for settings and for connections to providers. */
export function createSettingsUseCases(options: SettingsUseCaseOptions) {
  const { settings, connections, checkConnection, connectionStates, refreshModels, discoverOllama } = options
  return {
    getSettings: async () => settings.view(),
    putSettings: (caller, { body }) => settings.change(caller.user, body),
    listConnections: async () => connections.present(await connectionStates()),
    createConnection: (_, { body }) => connections.create(body),
    updateConnection: (_, { params, body }) => connections.update(params.id, body),
    deleteConnection: (_, { params }) => connections.delete(params.id),
    verifyConnection: async (_, { body }, { signal }) => {
      const result = await checkConnection(connections.draft(body), signal)
      // The test of a saved connection may have found new models, or that the provider is reachable again.
      if (body.id !== undefined) refreshModels()
      return result
    },
    discoverOllama: (_, __, { signal }) => discoverOllama(signal),
  } satisfies Partial<UseCases>
}
