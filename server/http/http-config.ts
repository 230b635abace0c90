import { limits } from '../../protocol/index.ts'
import type { OperationKind } from '../../protocol/http/operation.ts'

/** The limits for each kind of operation. */
export type OperationLimits = Record<
  OperationKind,
  {
    /** Maximum size of a request body, bytes. */
    bodyLimit: number
    /** Maximum duration of the use case. After it the client gets `busy`. */
    deadlineMs: number
  }
>

/** The configuration of this layer, which `server/instance/listen.ts` creates. Times are milliseconds. */
export interface HttpConfig {
  version: string
  /** WEBUI_BASE_PATH: the path under which browsers reach the server, such as `/chat`, or empty. */
  basePath: string
  /** The folder of the built web page. If it is missing, a text says how to build it. */
  webRoot: string
  /** FORWARDED_ALLOW_IPS: addresses, networks or `*`; null if it is not set. */
  trustedProxies: readonly string[] | null
  /** WEBUI_URL. */
  publicUrl: string | null
  /**
   * Origins besides the request's own host whose pages may send requests with the session cookie: WEBUI_URL and
   * CORS_ALLOW_ORIGIN. `*` allows only requests without the cookie.
   */
  allowedOrigins: readonly string[]
  /** Maximum size of a request body at paths that are not operations, bytes. */
  bodyLimit: number
  /** Maximum number of open connections, WebSockets included. Further ones are closed immediately. */
  maxConnections: number
  /**
   * Maximum number of connections from one address without a signed-in user. At the limit, a newer one replaces an old
   * one.
   */
  maxUnprovenConnections: number
  /** Longer than any proxy keeps an idle connection, so that it is always the proxy that closes it. */
  keepAliveTimeoutMs: number
  /** Maximum time to receive the headers of a request. */
  headersTimeoutMs: number
  /** Maximum time to receive a whole request, body included. */
  requestTimeoutMs: number
  /** Interval at which the credentials of open requests are rechecked. */
  recheckMs: number
  operationLimits: OperationLimits
}

/**
 * Limits that need no setting. `keepAliveTimeoutMs` exceeds the 60 s for which nginx, ALB and Ingress keep connections.
 */
export const defaultHttpLimits = {
  bodyLimit: limits.body,
  maxConnections: 20_000,
  maxUnprovenConnections: 512,
  keepAliveTimeoutMs: 75_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 30_000,
  recheckMs: 3000,
  operationLimits: {
    json: { bodyLimit: limits.body, deadlineMs: 30_000 },
    // Until the response begins. It may then take as long as the client needs to receive it.
    'json-file': { bodyLimit: limits.body, deadlineMs: 30_000 },
  },
} as const satisfies Partial<HttpConfig>
