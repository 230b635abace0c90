import type { ConnectionModels } from './connection-models.ts'
import type { CatalogueModel } from './model-catalogue.ts'
import type { UpstreamModel } from './upstream.ts'

export interface MergedModel {
  listed: CatalogueModel
  connection: ConnectionModels
  model: UpstreamModel
}

/**
 * The models of all connections by the id that users choose. A connection's prefix is always part of the id. An id that
 * an earlier connection already uses gets the connection's name in front, so a chosen id keeps its meaning when a
 * connection is added after it.
 */
export function mergeModels(connections: ConnectionModels[]): Map<string, MergedModel> {
  const merged = new Map<string, MergedModel>()
  for (const connection of connections) {
    const { id: connectionId, name: connectionName, prefix, kind } = connection.config
    for (const model of connection.models ?? []) {
      const id = uniqueId(merged, addPrefix(prefix, model.id), connectionName)
      const { name } = model
      const listed = { id, name, connectionId, connectionName, demo: kind === 'demo' }
      merged.set(id, { listed, connection, model })
    }
  }
  return merged
}

function uniqueId(taken: Map<string, unknown>, id: string, connectionName: string): string {
  if (!taken.has(id)) return id
  let named = `${connectionName}/${id}`
  for (let again = 2; taken.has(named); again++) named = `${connectionName}-${again}/${id}`
  return named
}

/** A prefix that ends in a separator is used unchanged, so that model ids of Open WebUI (`prefix.model`) stay valid. */
function addPrefix(prefix: string, id: string): string {
  if (prefix === '') return id
  return /[./:_-]$/.test(prefix) ? `${prefix}${id}` : `${prefix}/${id}`
}

/** The provider's name for a model id at this connection; undefined if the id cannot belong to the connection. */
export function providerNameAt({ config }: ConnectionModels, modelId: string): string | undefined {
  if (config.prefix !== '') {
    const start = addPrefix(config.prefix, '')
    return modelId.startsWith(start) ? modelId.slice(start.length) || undefined : undefined
  }
  const named = `${config.name}/`
  return (modelId.startsWith(named) ? modelId.slice(named.length) : modelId) || undefined
}
