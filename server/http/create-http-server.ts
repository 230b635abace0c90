/** The HTTP server of an instance: Fastify with our rules for bodies, errors, origins, logs and connections. */
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
import { followRequests } from './follow-requests.ts'
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
import { createRequestIds } from './request-id.ts'
import { serveOperations } from './serve-operations.ts'
import { serveStaticFiles } from './static-files.ts'
import { stopListening } from './stop-listening.ts'
import { UnprovenConnections } from './unproven-connections.ts'
import { Upgrades } from './upgrades.ts'

export interface HttpServerOptions {
  config: HttpConfig
  logger: Logger
  clock: Clock
  /** Throws an AppError while the instance is still starting. */
  useCases: () => UseCases
  authenticate: Authenticate
  readiness: () => Promise<Readiness>
  /** If absent, there is no `/metrics`. */
  metrics?: MetricsPort
  isDraining?: () => boolean
}

export interface HttpServer {
  /** For routes of other layers. Add them before `listen`. */
  app: FastifyInstance
  /** For WebSocket gateways of other layers. Add them before `listen`. */
  upgrades: Upgrades
  /** For OpenAI-compatible clients: authenticates by bearer token or API key. Rejects with an AppError. */
  admitByToken(request: FastifyRequest): Promise<Caller>
  explain: Explain
  /** Registers the error format of some paths. */
  addErrorForm(form: ErrorForm): void
  limitHeaders(limit: LimitState): Record<string, string>
  /** Adds paths of other layers to `/api/openapi.json`. */
  addToOpenApi(paths: Record<string, unknown>): void
  /** Detaches the response from Fastify, with the headers that have been set so far, so that the caller writes it. */
  hijack(reply: FastifyReply): ServerResponse
  parse: <Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string) => z.output<Schema>
  /** Whether the cookie of this request may be used, judged by its origin. */
  isOwnOrigin(request: IncomingMessage): boolean
  clientOf(request: Hop): Client
  /**
   * Reports that an authenticated user makes requests on this connection, so that the connection no longer counts
   * towards the limit of its address.
   */
  markAuthenticated(request: IncomingMessage): void
  /** Starts listening and resolves with the port. Port 0 selects a free port. */
  listen(at: { host: string; port: number }): Promise<number>
  /** Stops accepting connections and closes idle ones, without resetting connections that a proxy has just opened. */
  stopListening(): Promise<void>
  /** Stops accepting connections, closes idle ones, and resolves when running requests have ended. */
  close(): Promise<void>
}

/** Throws an error that names the variable if `config` is not valid. The server listens only after `listen`. */
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
  const { connections, admission } = guardConnections(app, options, {
    isOwnOrigin,
    isForwardingTrusted,
  })

  const openRequests = followRequests(app, { config, logger, clock, metrics, connections, clientOf })
  allowOrigins(app, config.allowedOrigins)
  drainRequests(app, isDraining)
  acceptJsonOnly(app)
  app.setErrorHandler((error, request, reply) => replyWithError(explain(error, request), request, reply))
  // Unknown paths are rejected before the body is read.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuseUnknown(request, reply)
    done()
  })

  serveProbes(app, { version: config.version, readiness: options.readiness, admission, metrics })
  serveOperations(app, { admission, limits: config.operationLimits, useCases, explain })
  const addToOpenApi = serveOpenApi(app, config)
  serveStaticFiles(app, config, refuseUnknown)

  return {
    app,
    upgrades: new Upgrades(app, {
      logger,
      basePath: config.basePath,
      onHandover: (request) => connections.exempt(request),
    }),
    markAuthenticated: (request) => connections.exempt(request),
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
      // A name such as `localhost` may have two addresses. The first has the requested port.
      return (app.server.address() as AddressInfo).port
    },
    stopListening: () => stopListening(app.server, clock),
    async close() {
      openRequests.close()
      await app.close()
    },
  }
}

interface Trust {
  isOwnOrigin: (request: IncomingMessage) => boolean
  isForwardingTrusted: (request: IncomingMessage) => boolean
}

/** Creates the limit on connections and the admission of requests. */
function guardConnections(
  app: FastifyInstance,
  { config, authenticate, logger }: HttpServerOptions,
  { isOwnOrigin, isForwardingTrusted }: Trust,
): { connections: UnprovenConnections; admission: Admission } {
  const connections = new UnprovenConnections(app.server, {
    max: config.maxUnprovenConnections,
    isForwarded: (request) => 'x-forwarded-for' in request.headers && isForwardingTrusted(request),
    logger,
  })
  const admission = createAdmission({
    authenticate,
    isOwnOrigin,
    onAdmitted(request, authenticateAgain) {
      connections.exempt(request.raw)
      request.meta.authenticateAgain = authenticateAgain
    },
  })
  return { connections, admission }
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
      // The interval at which Node checks the timeouts above, so each may take effect up to this much later.
      connectionsCheckingInterval: 2000,
      // Clients that offer HTTP/2 by `Upgrade: h2c` expect a normal response.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    // A request that was in flight when the server stopped listening is served: rejecting it could lose a POST.
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
