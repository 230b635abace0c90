import { limits } from '../../protocol/index.ts'
import type { OperationKind } from '../../protocol/http/operation.ts'

/** What a request of each kind may take. */
export type OperationLimits = Record<
  OperationKind,
  {
    /** Bytes of a request body. */
    bodyLimit: number
    /** For a use case; after it the answer is `busy`. */
    deadlineMs: number
  }
>

/** What this layer is told; instance.ts makes it from the environment. Times are milliseconds. */
export interface HttpConfig {
  version: string
  /** WEBUI_BASE_PATH: the browser's addresses begin with it; empty or such as `/chat`. */
  basePath: string
  /** The folder of the built page. It may be missing: then a page says how to build it. */
  webRoot: string
  /** FORWARDED_ALLOW_IPS: addresses, networks or `*`; null: not set. */
  trustedProxies: readonly string[] | null
  /** WEBUI_URL. */
  publicUrl: string | null
  /** Origins that may act for a signed-in person besides the request's own host: WEBUI_URL and CORS_ALLOW_ORIGIN. `*` opens only what needs no cookie. */
  allowedOrigins: readonly string[]
  /** Bytes of a request body at addresses that are no operation's. */
  bodyLimit: number
  /** Open connections, sockets included; more are refused by closing them. */
  maxConnections: number
  /** Connections from one address without a signed-in user; one that is idle or still sending makes room for a newer one. */
  maxUnprovenConnections: number
  /** Longer than any proxy keeps an idle connection, so that the proxy is the one that closes it. */
  keepAliveTimeoutMs: number
  /** For the head of a request. */
  headersTimeoutMs: number
  /** For a whole request, body included. */
  requestTimeoutMs: number
  /** How often the credentials of a request that is still open are checked again. */
  recheckMs: number
  operationLimits: OperationLimits
}

/** The numbers nobody has a reason to set: nginx keeps connections for 60 s, ALB too, Ingress 60. */
export const defaultHttpLimits = {
  bodyLimit: limits.body,
  maxConnections: 20_000,
  maxUnprovenConnections: 512,
  keepAliveTimeoutMs: 75_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 30_000,
  recheckMs: 3000,
  operationLimits: { json: { bodyLimit: limits.body, deadlineMs: 30_000 } },
} as const satisfies Partial<HttpConfig>
