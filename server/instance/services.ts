import { createAccounts } from '../accounts/index.ts'
import type { Accounts, CookieConfig } from '../accounts/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { Chat, defaultRunLimits } from '../chat/index.ts'
import type { RunLimits } from '../chat/index.ts'
import type { Config } from '../config.ts'
import { Hub } from '../realtime/index.ts'
import { Connections } from '../settings/index.ts'
import { createUserEvents, Feeds } from '../shared-state/index.ts'
import type { UserEvents } from '../shared-state/index.ts'
import type { Store } from '../store/index.ts'
import { createModelCatalogue, UpstreamError, verifyConnection } from '../upstream/index.ts'
import type { ConnectionConfig, ModelCatalogue } from '../upstream/index.ts'
import type { Coordination } from './coordination.ts'

export interface ServicesOptions {
  config: Config
  secretKey: string
  store: Store
  coordination: Coordination
  clock: Clock
  logger: Logger
  runLimits?: Partial<RunLimits>
}

type Verdict = { ok: true; models: string[] } | { ok: false; code: string; message: string }
type OllamaHere = { found: true; baseUrl: string; models: string[] } | { found: false; baseUrl: string }

/** Everything that exists once the store does. */
export interface Services extends Coordination {
  store: Store
  accounts: Accounts
  chat: Chat
  connections: Connections
  events: UserEvents
  feeds: Feeds
  hub: Hub
  models: ModelCatalogue
  verify(connection: ConnectionConfig, signal: AbortSignal): Promise<Verdict>
  discoverOllama(signal: AbortSignal): Promise<OllamaHere>
}

export function createServices(options: ServicesOptions): Services {
  const { config, store, coordination, clock, logger } = options
  const { bus, membership } = coordination
  const feeds = new Feeds({ revisions: store.revisions, bus, membership, logger })
  const events = createUserEvents(bus, membership.self)
  const hub = new Hub(clock, logger)
  const connections: Connections = new Connections({
    store: store.connections,
    environment: config.upstream.connections,
    raised: () => feeds.raised('connections'),
    changed: () => models.refresh(),
  })
  const models = createModelCatalogue({
    connections: () => [...connections.list],
    learnt: (baseUrl, model) => store.connections.learnt(baseUrl, model),
    learn: (baseUrl, model, continues) => store.connections.learn(baseUrl, model, continues),
    clock,
    logger,
    cacheMs: Math.max(5000, config.upstream.modelsCacheMs ?? 60_000),
    deadlines: deadlinesOf(config),
  })
  const accounts = createAccounts({
    store,
    rateLimits: coordination.rateLimits,
    config: { ...accountsConfig(config), secretKey: options.secretKey },
    clock,
    logger,
    announce: (feed) => void feeds.raised(feed),
  })
  const chat = new Chat({
    context: {
      me: membership.self,
      store,
      log: coordination.log,
      membership,
      models,
      events,
      send: (name, payload) => bus.send(name, payload),
      clock,
      logger,
      limits: { ...defaultRunLimits, ...options.runLimits },
      policy: config.runs.takeoverPolicy,
      alone: store.kind === 'sqlite',
      shared: coordination.link !== undefined,
    },
    bus,
    taskModel: config.upstream.titles ? config.upstream.taskModel : null,
  })
  return {
    ...coordination,
    store,
    accounts,
    chat,
    connections,
    events,
    feeds,
    hub,
    models,
    verify: (connection, signal) => verify(connection, clock, signal),
    discoverOllama: (signal) => discoverOllama(clock, signal),
  }
}

function accountsConfig(config: Config): {
  tokenLifetimeMs: number | null
  signUp: boolean
  defaultRole: Config['accounts']['defaultRole']
  cookies: CookieConfig
} {
  const { tokenLifetimeMs, signUp, defaultRole } = config.accounts
  return { tokenLifetimeMs, signUp, defaultRole, cookies: config.cookies }
}

function deadlinesOf({ upstream }: Config): { firstWordMs?: number; betweenWordsMs?: number } {
  const { totalTimeoutMs, idleTimeoutMs } = upstream
  return {
    ...(totalTimeoutMs === null ? {} : { firstWordMs: totalTimeoutMs }),
    ...(idleTimeoutMs === null ? {} : { betweenWordsMs: idleTimeoutMs }),
  }
}

async function verify(connection: ConnectionConfig, clock: Clock, signal: AbortSignal): Promise<Verdict> {
  try {
    const models = await verifyConnection(connection, { clock }, signal)
    return { ok: true, models: models.map(({ id }) => id) }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { ok: false, code: error.code, message: error.message }
  }
}

const ollamaHere = 'http://127.0.0.1:11434'

async function discoverOllama(clock: Clock, signal: AbortSignal): Promise<OllamaHere> {
  const here = { kind: 'ollama' as const, baseUrl: ollamaHere, key: null }
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(1500)])
    const models = await verifyConnection(here, { clock }, soon)
    return { found: true, baseUrl: ollamaHere, models: models.map(({ id }) => id) }
  } catch {
    // Nothing there, or something else: there is no Ollama to offer.
    return { found: false, baseUrl: ollamaHere }
  }
}
