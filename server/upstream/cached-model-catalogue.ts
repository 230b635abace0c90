import type { Clock, Logger } from '../base/index.ts'
import { ConnectionModels, withinMs } from './connection-models.ts'
import type { ListProblem } from './connection-models.ts'
import { ContinuationModes } from './continuation-modes.ts'
import type { ContinuationModesOptions } from './continuation-modes.ts'
import { createUpstream } from './create-upstream.ts'
import type { UpstreamOptions } from './create-upstream.ts'
import { mergeModels, providerNameAt } from './merge-models.ts'
import type { MergedModel } from './merge-models.ts'
import type {
  CatalogueModel,
  ConnectionState,
  ModelCatalogue,
  ResolvedModel,
  ModelsProblem,
} from './model-catalogue.ts'
import { resolvedModel } from './resolved-model.ts'
import type { ConnectionConfig } from './upstream.ts'

export interface ModelCatalogueOptions extends Pick<ContinuationModesOptions, 'learnt' | 'learn'> {
  /** Returns the current connections in order of priority, including the demo model when it is offered. */
  connections: () => readonly ConnectionConfig[]
  /** Called each time a provider has listed models. */
  onLoaded?: (connection: ConnectionConfig) => void
  /** Called when the models of a connection can no longer be listed, and when they can be listed again. */
  onHealthChanged?: () => void
  clock: Clock
  logger: Logger
  /** The age at which a list is refreshed in the background, ms. Default 60 s. */
  cacheMs?: number
  /** How long a call may wait for the first list of a provider, ms. Default 2 s. */
  firstMs?: number
  deadlines?: UpstreamOptions['deadlines']
  proxies?: UpstreamOptions['proxies']
  demoWordsPerSecond?: number
}

/** A request for an unknown model refreshes the lists that are older than this, ms. */
const recentMs = 5_000

const notListedYet: ListProblem = {
  code: 'upstream_silent',
  message: 'The provider has not sent its list of models yet.',
  detail: { reason: 'not_listed_yet' },
}

export function createModelCatalogue(options: ModelCatalogueOptions): ModelCatalogue {
  const { logger, firstMs = 2_000 } = options
  const modes = new ContinuationModes(options)
  const merge = memoizeMerge()
  const mergeOffered = memoizeMerge()
  const listedOf = memoizeListed()
  const connectionsNow = followConnections(options)

  async function list(): ReturnType<ModelCatalogue['list']> {
    const connections = connectionsNow.reload()
    const awaited = connections.filter((connection) => connection.isAwaited)
    if (awaited.length > 0) await Promise.all(awaited.map((connection) => connection.waitForFirst(firstMs)))
    const problems = connections.flatMap(problemOf)
    return { models: listedOf(mergeOffered(offered(connections))), problems }
  }

  function states(): Map<string, ConnectionState> {
    const connections = connectionsNow.reload()
    return new Map(connections.map((connection) => [connection.config.id, stateOf(connection)]))
  }

  async function resolve(modelId: string): Promise<ResolvedModel | undefined> {
    const connections = connectionsNow.reload()
    // In order of priority: an earlier connection may have the same model, so its first list is waited for, but only
    // once.
    for (const connection of connections) {
      if (providerNameAt(connection, modelId) !== undefined) await connection.waitForFirst(firstMs)
      const found = findModel(merge(connections), modelId)
      if (found?.connection === connection) return resolvedModel(found, { modes, logger })
    }
    await withinMs(Promise.all(connections.map((connection) => connection.load(recentMs))), firstMs)
    const found = findModel(merge(connections), modelId) ?? assumeModel(connections, modelId)
    return found && resolvedModel(found, { modes, logger })
  }

  return { list, states, resolve, refresh: connectionsNow.expire }
}

/** Keeps the lists of models of the connections that are enabled now. */
function followConnections(options: ModelCatalogueOptions): {
  /** The enabled connections. Old lists are reloaded; until then, they are served. */
  reload: () => ConnectionModels[]
  /** Reloads all lists on the next call. */
  expire: () => void
} {
  const { clock, logger, cacheMs = 60_000, deadlines, proxies, demoWordsPerSecond } = options
  const { onLoaded = () => undefined, onHealthChanged = () => undefined } = options
  let known = new Map<string, ConnectionModels>()

  // Every page load needs the connections, and they rarely change: the last result is kept.
  let configsBefore: readonly ConnectionConfig[] = []
  let connectionsBefore: ConnectionModels[] = []

  /** The enabled connections. A connection whose settings changed starts without a list. */
  function currentConnections(): ConnectionModels[] {
    const configs = options.connections()
    if (known.size > 0 && sameItems(configs, configsBefore)) return connectionsBefore
    const next = new Map<string, ConnectionModels>()
    for (const config of configs.filter(({ enabled }) => enabled)) {
      const name = JSON.stringify(config)
      next.set(name, known.get(name) ?? createConnection(config))
    }
    known = next
    configsBefore = [...configs]
    connectionsBefore = [...next.values()]
    return connectionsBefore
  }

  function reload(): ConnectionModels[] {
    const connections = currentConnections()
    for (const connection of connections) connection.reloadIfOld()
    return connections
  }

  function createConnection(config: ConnectionConfig): ConnectionModels {
    const upstream = createUpstream(config, {
      clock,
      ...(deadlines ? { deadlines } : {}),
      ...(proxies ? { proxies } : {}),
      ...(demoWordsPerSecond === undefined ? {} : { demoWordsPerSecond }),
    })
    return new ConnectionModels(config, upstream, { clock, logger, cacheMs, onLoaded, onHealthChanged })
  }

  function expire(): void {
    for (const connection of known.values()) connection.expire()
  }

  return { reload, expire }
}

/** The demo model is left out as soon as another connection has models. */
function offered(connections: ConnectionModels[]): ConnectionModels[] {
  const real = connections.filter(({ config }) => config.kind !== 'demo')
  if (real.length === connections.length) return connections
  return real.some(({ models = [] }) => models.length > 0) ? real : connections
}

function stateOf({ models, checkedAt, problem, isPending }: ConnectionModels): ConnectionState {
  return { models: models?.length, checkedAt, problem, pending: isPending }
}

function problemOf({ config, isPending, problem }: ConnectionModels): ModelsProblem[] {
  const found = isPending ? notListedYet : problem
  return found === undefined ? [] : [{ connectionName: config.name, ...found }]
}

function sameItems(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((item, place) => item === others[place])
}

/** Merges the lists again only when one of them changed. */
function memoizeMerge(): typeof mergeModels {
  let mergedFrom: { connections: ConnectionModels[]; lists: unknown[] } | undefined
  let merged = new Map<string, MergedModel>()
  return (connections) => {
    const isCurrent =
      mergedFrom !== undefined &&
      sameItems(mergedFrom.connections, connections) &&
      mergedFrom.lists.every((list, place) => list === connections[place]?.models)
    if (isCurrent) return merged
    mergedFrom = { connections, lists: connections.map(({ models }) => models) }
    merged = mergeModels(connections)
    return merged
  }
}

function memoizeListed(): (merged: Map<string, MergedModel>) => CatalogueModel[] {
  const known = new WeakMap<Map<string, MergedModel>, CatalogueModel[]>()
  return (merged) => {
    const before = known.get(merged)
    if (before) return before
    const listed = [...merged.values()].map((model) => model.listed)
    known.set(merged, listed)
    return listed
  }
}

/** Finds a model by its listed id, or by `connection/model` even if the listed id has no connection name. */
function findModel(merged: Map<string, MergedModel>, modelId: string): MergedModel | undefined {
  const listed = merged.get(modelId)
  if (listed) return listed
  return [...merged.values()].find(
    ({ connection, model }) => modelId === `${connection.config.name}/${model.id}`,
  )
}

/**
 * Assumes that the model belongs to a provider whose list could never be loaded: a run that another instance started
 * must not fail because this instance has no list. If the model does not exist, the provider's error says so.
 */
function assumeModel(connections: ConnectionModels[], modelId: string): MergedModel | undefined {
  const unlisted = connections.filter((connection) => connection.models === undefined)
  const [connection] = unlisted.toSorted((a, b) => matchRank(b, modelId) - matchRank(a, modelId))
  const name = connection && providerNameAt(connection, modelId)
  if (connection === undefined || name === undefined) return undefined
  const { id, name: connectionName, kind } = connection.config
  const listed: CatalogueModel = {
    id: modelId,
    name,
    connectionId: id,
    connectionName,
    demo: kind === 'demo',
  }
  return { listed, connection, model: { id: name, name } }
}

/** How well an id matches a connection: 2 with its prefix, 1 as a bare name, 0 not at all. */
function matchRank(connection: ConnectionModels, modelId: string): number {
  const name = providerNameAt(connection, modelId)
  if (name === undefined) return 0
  return name === modelId ? 1 : 2
}
