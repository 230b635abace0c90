import type { Clock, Logger } from '../base/index.ts'
import { serveOpenAiApi } from '../compat/index.ts'
import type { Config } from '../config.ts'
import { createHttpServer, defaultHttpLimits } from '../http/index.ts'
import { createMetrics, createReadiness, readinessChecks } from '../operations/index.ts'
import type { InstanceNumbers } from '../operations/index.ts'
import { serveRealtime } from '../realtime/index.ts'
import type { RealtimePorts } from '../realtime/index.ts'
import type { InstanceState } from './state.ts'
import type { UseCases } from '../use-case.ts'
import { createUseCases } from './use-cases.ts'

/** How long a request waits while the instance is starting. After that it fails with the reason. */
const startWaitMs = 5000

export interface ListenOptions {
  config: Config
  version: string
  logger: Logger
  clock: Clock
  state: InstanceState
  incarnation: string
  webRoot: string
  /** The number of unhandled promise rejections so far. */
  rejections: () => number
}

export interface Listening {
  readonly port: number
  /** Closes idle connections, and resolves when new ones are refused. Running requests continue. */
  stopListening(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts the HTTP server of an instance, with sockets and the OpenAI-compatible API. It responds even before the store
 * has been found.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { config, version, logger, clock, state, incarnation } = options
  const { label } = config.instance
  let useCases: UseCases | undefined
  const metrics = config.metrics.enabled
    ? createMetrics({ version, instance: label, numbers: instanceNumbers(options) })
    : undefined
  const http = createHttpServer({
    config: {
      ...defaultHttpLimits,
      version,
      webRoot: options.webRoot,
      basePath: config.http.basePath,
      trustedProxies: config.http.trustedProxies,
      publicUrl: config.http.publicUrl,
      allowedOrigins: allowedOrigins(config),
    },
    logger,
    clock,
    useCases: () => (useCases ??= createUseCases(state.services(), { state, version, label })),
    authenticate: async (credentials, meta) => {
      state.cutOff?.admitRequest()
      return state.services().accounts.authenticator.authenticate(credentials, meta)
    },
    readiness: createReadiness(readinessChecks(state), { clock, logger }),
    // Metrics are public with ENABLE_METRICS, because scrapers have no session and connect from a private network.
    ...(metrics ? { metrics: { ...metrics, access: 'public' } } : {}),
    isDraining: () => state.draining,
  })
  // A proxy that does not check /ready sends requests as soon as this instance listens, so they wait for its start.
  http.app.addHook('onRequest', async ({ url }) => {
    if (/^\/(api|v1)\//.test(url)) await state.waitUntilStarted(startWaitMs)
  })
  serveOpenAiApi(http.app, {
    clock,
    logger,
    http,
    models: async () => (await state.services().models.list()).models,
    complete: async (request) => state.services().chat.complete(request),
  })
  const realtime = serveRealtime(http, lazyPorts(options))
  const port = await http.listen({ host: config.http.host, port: config.http.port })
  logger.debug({ port, incarnation }, 'listening')
  return {
    port,
    stopListening: () => http.stopListening(),
    async close() {
      realtime.close()
      metrics?.close()
      http.app.server.closeAllConnections()
      await http.close()
    },
  }
}

function allowedOrigins({ http }: Config): string[] {
  return [...(http.publicUrl === null ? [] : [http.publicUrl]), ...http.allowedOrigins]
}

function instanceNumbers({ state, rejections }: ListenOptions): InstanceNumbers {
  return {
    runs: () => state.started?.chat.runs ?? 0,
    sockets: () => state.started?.hub.size ?? 0,
    fallbackClients: () => state.started?.hub.fallbacks ?? 0,
    members: () => state.started?.membership.members().length ?? 0,
    rejections,
  }
}

/**
 * Looks up each service when it is used. Sockets may connect before the store is found; until then the lookup throws.
 */
function lazyPorts({ state, config, version, logger, clock }: ListenOptions): RealtimePorts {
  return {
    get chat() {
      return state.services().chat
    },
    get events() {
      return state.services().events
    },
    get hub() {
      return state.services().hub
    },
    authenticate: async (credentials) => {
      await state.waitUntilStarted(startWaitMs)
      state.cutOff?.admitSocket()
      return state.services().accounts.authenticator.authenticate(credentials)
    },
    provesOrigin: (sessionId, proof) => state.services().accounts.originProof.verify(sessionId, proof),
    instance: config.instance.label,
    version,
    clock,
    logger,
    maxFollows: 64,
    presence: { enter: (...args) => state.services().presence.enter(...args) },
    socketsPerUser: () => state.services().settings.current.socketsPerUser,
  }
}
