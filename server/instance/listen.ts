import { eventStreamQuery, openEventStream, WebSocketGateway } from '../realtime/index.ts'
import type { Peer, RealtimePorts } from '../realtime/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { listModels } from '../chat/index.ts'
import { serveOpenAiApi } from '../compat/index.ts'
import type { Config } from '../config.ts'
import { createHttpServer, defaultHttpLimits } from '../http/index.ts'
import type { HttpServer } from '../http/index.ts'
import { createMetrics, createReadiness, readinessChecks } from '../operations/index.ts'
import type { InstanceNumbers } from '../operations/index.ts'
import type { InstanceState } from './state.ts'
import { createUseCases } from './use-cases.ts'
import type { IncomingMessage } from 'node:http'

/** How long a request waits for an instance that is starting; then it hears why. */
const startWaitMs = 5000

export interface ListenOptions {
  config: Config
  version: string
  logger: Logger
  clock: Clock
  state: InstanceState
  incarnation: string
  webRoot: string
  /** Promise rejections that nothing handled. */
  rejections: () => number
}

export interface Listening {
  readonly port: number
  /** Takes no more connections; what runs goes on. */
  stopListening(): void
  close(): Promise<void>
}

/** The HTTP side of an instance, with sockets and other people's clients; answers from the first moment on. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { config, version, logger, clock, state, incarnation } = options
  const { label } = config.instance
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
    useCases: createUseCases({ state, version, label }),
    authenticate: async (credentials, meta) => {
      state.cutOff?.admitRequest()
      return state.services().accounts.authenticator.authenticate(credentials, meta)
    },
    readiness: createReadiness(readinessChecks(state), { clock, logger }),
    // ENABLE_METRICS says so: for a scraper without a session, on a network of its own.
    ...(metrics ? { metrics: { ...metrics, access: 'public' } } : {}),
    isDraining: () => state.draining,
  })
  // A proxy that asks nobody for /ready sends people here as soon as this instance listens: they wait a little.
  http.app.addHook('onRequest', async ({ url }) => {
    if (/^\/(api|v1)\//.test(url)) await state.startedWithin(startWaitMs)
  })
  serveOpenAiApi(http.app, {
    clock,
    http,
    completions: {
      models: async () => (await listModels(state.services().models)).items,
      complete: ({ caller, model, messages, params, maxTokens, sink, signal, told }) =>
        state
          .services()
          .chat.complete(caller.user.id, { model, messages, params, maxTokens }, { sink, signal, told }),
    },
  })
  const gateway = serveRealtime(http, options)
  const port = await http.listen({ host: config.http.host, port: config.http.port })
  logger.debug({ port, incarnation }, 'listening')
  return {
    port,
    stopListening: () => void http.app.server.close(),
    async close() {
      gateway.close()
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

function serveRealtime(
  http: HttpServer,
  { config, version, logger, clock, state }: ListenOptions,
): WebSocketGateway {
  const ports = lazyPorts(state, { label: config.instance.label, version, logger, clock })
  const peer = (request: IncomingMessage): Peer => {
    const { address, unproven, secure } = http.clientOf(request)
    return { address, unproven, secure, userAgent: (request.headers['user-agent'] ?? '').slice(0, 500) }
  }
  http.app.get('/api/live', async (request, reply) => {
    const query = http.parse(eventStreamQuery, request.query, 'query')
    const { cookie: cookies } = request.headers
    const response = http.hijack(reply)
    try {
      const credentials = cookies === undefined ? {} : { cookies }
      await openEventStream(ports, response, query, { credentials, peer: peer(request.raw) })
      http.prove(request.raw)
    } catch (error) {
      const told = http.explain(error, request)
      if (told.retryAfterMs !== undefined) {
        response.setHeader('retry-after', Math.ceil(told.retryAfterMs / 1000))
      }
      response.writeHead(told.status, { 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify({ error: told.toWire(request.id) }))
    }
    return reply
  })
  const gateway = new WebSocketGateway({
    ports,
    path: '/ws',
    isOwnOrigin: (request) => http.isOwnOrigin(request),
    peer,
  })
  http.upgrades.add(gateway)
  gateway.start()
  return gateway
}

/** Sockets may knock before the store was found: then what they ask for says so. */
function lazyPorts(
  state: InstanceState,
  { label, version, logger, clock }: { label: string; version: string; logger: Logger; clock: Clock },
): RealtimePorts {
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
      await state.startedWithin(startWaitMs)
      state.cutOff?.admitSocket()
      const { user, sessionId, expiresAt } = await state
        .services()
        .accounts.authenticator.authenticate(credentials)
      return { user, sessionId, expiresAt }
    },
    provesOrigin: (sessionId, proof) => state.services().accounts.originProof.holds(sessionId, proof),
    instance: label,
    version,
    clock,
    logger,
    mostFollows: 64,
    presence: { enter: (...args) => state.services().presence.enter(...args) },
    socketsPerUser: () => state.services().settings.current.socketsPerUser,
  }
}
