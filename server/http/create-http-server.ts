/** The HTTP side of an instance: Fastify with our rules for bodies, errors, origins, logs and connections. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fastify from 'fastify'
import type { z } from 'zod'
import type { Clock, Logger } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import type { LimitState } from '../../protocol/index.ts'
import { createAdmission } from './admission.ts'
import type { Admission, Authenticate } from './admission.ts'
import type { Caller } from '../accounts/index.ts'
import type { UseCases } from '../use-case.ts'
import { withoutBasePath } from './base-path.ts'
import { baseHeaders } from './base-headers.ts'
import { answerClientError } from './client-error.ts'
import { createClientAddress, createForwardingTrust } from './client-address.ts'
import type { Client, Hop } from './client-address.ts'
import { allowOrigins } from './cors.ts'
import { drainRequests } from './drain-requests.ts'
import type { ErrorForm } from './error-form.ts'
import './fastify-request.ts'
import type { HttpConfig } from './http-config.ts'
import { acceptJsonOnly } from './json-body.ts'
import { limitHeaders } from './limit-headers.ts'
import { rememberRoutes } from './known-routes.ts'
import { serveOpenApi } from './open-api.ts'
import { createOriginCheck } from './origin-check.ts'
import { parseInput } from './parse-input.ts'
import { serveProbes } from './probes.ts'
import type { MetricsPort, Readiness } from './probes.ts'
import { createExplain, replyWithError } from './reply-with-error.ts'
import type { Explain } from './reply-with-error.ts'
import { RecheckRequests } from './recheck-requests.ts'
import { createRequestIds } from './request-id.ts'
import { logRequests } from './request-log.ts'
import { LazyRequestMeta } from './request-meta.ts'
import { serveOperations } from './serve-operations.ts'
import { serveStaticFiles } from './static-files.ts'
import { stopAccepting } from './stop-accepting.ts'
import { UnprovenConnections } from './unproven-connections.ts'
import { Upgrades } from './upgrades.ts'

export interface HttpServerOptions {
  config: HttpConfig
  logger: Logger
  clock: Clock
  /** Throws an AppError while nothing can be served yet. */
  useCases: () => UseCases
  authenticate: Authenticate
  readiness: () => Promise<Readiness>
  /** Absent: there is no `/metrics`. */
  metrics?: MetricsPort
  isDraining?: () => boolean
}

export interface HttpServer {
  /** For routes of other layers; add them before `listen`. */
  app: FastifyInstance
  /** For gateways of other layers; add them before `listen`. */
  upgrades: Upgrades
  /** For other people's clients and streams: by bearer token or API key; rejects with an AppError. */
  admitByToken(request: FastifyRequest): Promise<Caller>
  explain: Explain
  /** Errors of these paths have another form. */
  addErrorForm(form: ErrorForm): void
  limitHeaders(limit: LimitState): Record<string, string>
  /** Paths of other layers for `/api/openapi.json`. */
  addToOpenApi(paths: Record<string, unknown>): void
  /** Takes the answer out of Fastify's hands, with the headers that it has so far. */
  hijack(reply: FastifyReply): ServerResponse
  parse: <Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string) => z.output<Schema>
  /** Whether this request may use the cookie it carries. */
  isOwnOrigin(request: IncomingMessage): boolean
  clientOf(request: Hop): Client
  /** Somebody who is signed in makes requests on this connection: it does not count for its address any more. */
  prove(request: IncomingMessage): void
  /** Port 0 takes a free one. Resolves with the port that was taken. */
  listen(at: { host: string; port: number }): Promise<number>
  /** Refuses new connections, closes idle ones, and resets none that a proxy has just opened. */
  stopAccepting(): Promise<void>
  /** Takes no more connections, closes idle ones, and resolves when running requests have ended. */
  close(): Promise<void>
}

/** Throws when a part of `config` cannot be right, with the variable's name. Listens only when told to. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { config, logger, clock, useCases, metrics } = options
  const isDraining = options.isDraining ?? (() => false)
  const explain = createExplain(logger, config)
  const clientOf = createClientAddress(config.trustedProxies, config.publicUrl)
  const isForwardingTrusted = createForwardingTrust(config.trustedProxies)
  const checkOrigin = createOriginCheck(config.allowedOrigins)
  const isOwnOrigin = (request: IncomingMessage): boolean =>
    checkOrigin(
      isForwardingTrusted(request) ? request.headers : { ...request.headers, 'x-forwarded-host': undefined },
    )
  const app = createApp(config, { explain, isForwardingTrusted })
  const refuseUnknown = rememberRoutes(app)
  const { connections, rechecks, admission } = guardConnections(app, options, {
    isOwnOrigin,
    isForwardingTrusted,
  })

  describeRequests(app, clientOf)
  logRequests(app, { logger, clock, observer: metrics })
  allowOrigins(app, config.allowedOrigins)
  drainRequests(app, isDraining)
  acceptJsonOnly(app)
  app.setErrorHandler((error, request, reply) => replyWithError(explain(error, request), request, reply))
  // Before its body is read, whatever that is.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuseUnknown(request, reply)
    done()
  })

  serveProbes(app, { version: config.version, readiness: options.readiness, admission, metrics })
  serveOperations(app, { admission, limits: config.operationLimits, useCases })
  const addToOpenApi = serveOpenApi(app, config)
  serveStaticFiles(app, config, refuseUnknown)

  return {
    app,
    upgrades: new Upgrades(app, {
      logger,
      basePath: config.basePath,
      leaving: (request) => connections.prove(request),
    }),
    prove: (request) => connections.prove(request),
    admitByToken: (request) => admission.admitByToken(request),
    explain,
    addErrorForm: (form) => void app.errorForms.push(form),
    addToOpenApi,
    limitHeaders,
    hijack,
    parse: parseInput,
    isOwnOrigin,
    clientOf,
    async listen({ host, port }) {
      await app.listen({ host, port })
      // A name such as `localhost` may have two addresses; the first has the port that was asked for.
      return (app.server.address() as AddressInfo).port
    },
    stopAccepting: () => stopAccepting(app.server, clock),
    async close() {
      rechecks.close()
      await app.close()
    },
  }
}

/** What the rest of the house may know of each request, set by its first hook. */
function describeRequests(app: FastifyInstance, clientOf: (hop: Hop) => Client): void {
  app.decorateRequest('caller', undefined)
  app.decorateRequest('meta', undefined as unknown as LazyRequestMeta)
  app.addHook('onRequest', (request, reply, done) => {
    request.meta = new LazyRequestMeta(request.id, request.raw, reply.raw, clientOf)
    reply.header('x-request-id', request.id)
    reply.headers(baseHeaders)
    if (request.meta.https) reply.header('strict-transport-security', 'max-age=31536000')
    done()
  })
}

interface Trust {
  isOwnOrigin: (request: IncomingMessage) => boolean
  isForwardingTrusted: (request: IncomingMessage) => boolean
}

/** Who may connect and who comes in, and that nobody stays beyond the end of a session. */
function guardConnections(
  app: FastifyInstance,
  { config, authenticate, clock, logger }: HttpServerOptions,
  { isOwnOrigin, isForwardingTrusted }: Trust,
): { connections: UnprovenConnections; rechecks: RecheckRequests; admission: Admission } {
  const connections = new UnprovenConnections(app.server, {
    max: config.maxUnprovenConnections,
    isForwarded: (request) => 'x-forwarded-for' in request.headers && isForwardingTrusted(request),
    logger,
  })
  const rechecks = new RecheckRequests(config.recheckMs, { clock, logger })
  const admission = createAdmission({
    authenticate,
    isOwnOrigin,
    admitted(request, authenticateAgain) {
      connections.prove(request.raw)
      if (authenticateAgain) rechecks.watch(request.meta, authenticateAgain)
    },
  })
  return { connections, rechecks, admission }
}

interface AppParts {
  explain: Explain
  isForwardingTrusted: (hop: Hop) => boolean
}

function createApp(config: HttpConfig, { explain, isForwardingTrusted }: AppParts): FastifyInstance {
  const app = fastify({
    logger: false,
    genReqId: createRequestIds(isForwardingTrusted),
    rewriteUrl: (request: IncomingMessage) => withoutBasePath(request.url ?? '/', config.basePath),
    bodyLimit: config.bodyLimit,
    keepAliveTimeout: config.keepAliveTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    http: {
      headersTimeout: config.headersTimeoutMs,
      // How late the end of a deadline may be noticed.
      connectionsCheckingInterval: 2000,
      // Clients that offer HTTP/2 by `Upgrade: h2c` want an answer, not a socket.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    // A request that was on its way when we stopped listening is served: refusing it would lose a POST.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      void replyWithError(explain(error, request), request, reply.headers(baseHeaders))
    },
  })
  app.decorate('errorForms', [])
  app.server.maxConnections = config.maxConnections
  app.setNotFoundHandler((request, reply) => replyWithError(new AppError('not_found'), request, reply))
  return app
}

function hijack(reply: FastifyReply): ServerResponse {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  return reply.raw
}
