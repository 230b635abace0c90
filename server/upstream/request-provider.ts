import { request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { agentFor, createFreshAgent } from './provider-agents.ts'
import type { AgentKey } from './provider-agents.ts'
import { chooseRoute } from './provider-route.ts'
import type { ProviderNetwork } from './provider-route.ts'
import type { FailureReason } from '../../protocol/upstream-errors.ts'
import { UpstreamError } from './upstream-error.ts'
import type { UpstreamDetail } from './upstream-error.ts'

export interface ProviderRequest {
  url: URL
  /** A JSON text, sent with POST; a call without a body is a GET. */
  body?: string
  headers: OutgoingHttpHeaders
  network: ProviderNetwork
  connectMs: number
}

/**
 * Sends one request to a provider. Resolves with the response as soon as its headers arrive, whatever its status:
 * redirects are not followed. Rejects with `upstream_unreachable` when there is no connection within `connectMs` or the
 * connection breaks before the response. When the signal aborts, it rejects with the signal's reason and closes the
 * socket at once, even during the response.
 */
export async function requestProvider(call: ProviderRequest, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    return await sendOnce(call, signal)
  } catch (error) {
    if (!(error instanceof StaleSocketError)) throw error
    // The provider closed the idle connection at the moment of its reuse, and so did not see the request.
    return await sendOnce(call, signal, true)
  }
}

class StaleSocketError extends Error {}

function sendOnce(call: ProviderRequest, signal: AbortSignal, fresh = false): Promise<IncomingMessage> {
  const { url, body, headers, connectMs } = call
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { agentKey, proxied, request: target } = chooseRoute(url, call.network)
    const request = (agentKey.secure ? httpsRequest : httpRequest)({
      ...target,
      agent: fresh ? createFreshAgent(agentKey) : agentFor(agentKey),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...target.headers,
        ...headers,
        'user-agent': 'shoal',
        'accept-encoding': 'identity',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    })
    // A request that still waits for its tunnel emits no error when it is destroyed, so it is rejected here.
    const giveUp = (reason: Error): void => {
      reject(reason)
      request.destroy()
    }
    const onAbort = (): void => giveUp(signal.reason as Error)
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      giveUp(connectTimeoutError(connectMs))
    }, connectMs)
    signal.addEventListener('abort', onAbort, { once: true })
    request.once('socket', (socket) => onceConnected(socket, agentKey, () => clearTimeout(timer)))
    request.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      // Ensures that the promise settles. It has no effect after a response or an error.
      const closed = { name: 'Error', message: 'closed without an answer', code: 'ECONNRESET' }
      reject(unreachableError(closed, proxied))
    })
    request.once('response', resolve)
    // Without this listener, Node closes the socket of a 101 response and emits no error.
    request.once('upgrade', (_response, socket) => {
      reject(switchedProtocolsError())
      socket.destroy()
    })
    // This listener is never removed. An error after the response began is reported by the response.
    request.on('error', (error) => {
      if (request.reusedSocket && isReset(error)) reject(new StaleSocketError())
      else reject(error instanceof UpstreamError ? error : unreachableError(error, proxied))
    })
    request.end(body)
  })
}

function onceConnected(socket: Socket, { secure, tunnel }: AgentKey, connected: () => void): void {
  // The socket of a tunnel is handed over only when the tunnel is established.
  if (!socket.connecting || tunnel !== null) connected()
  else socket.once(secure ? 'secureConnect' : 'connect', connected)
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

function connectTimeoutError(ms: number): UpstreamError {
  return new UpstreamError('upstream_unreachable', {
    message: `The model provider cannot be reached: no connection within ${ms / 1000} seconds.`,
    detail: { reason: 'connect_timeout', seconds: ms / 1000 },
  })
}

function switchedProtocolsError(): UpstreamError {
  return new UpstreamError('upstream_unreachable', {
    message:
      'The model provider cannot be reached: it replied with status 101 (Switching Protocols). Check the address of the connection.',
    detail: { reason: 'not_http' },
  })
}

/** The message names the kind of fault but not the address, which only administrators may see. */
function unreachableError(
  error: NodeJS.ErrnoException & { statusCode?: number | undefined },
  proxied: boolean,
): UpstreamError {
  const { code = '', statusCode } = error
  const reason = reasons[code] ?? (/CERT|TLS|SSL/.test(code) ? 'untrusted_certificate' : 'connection_failed')
  if (code === 'ERR_PROXY_TUNNEL' || (proxied && reason !== 'untrusted_certificate')) {
    return proxyError(error, statusCode, reason)
  }
  return new UpstreamError('upstream_unreachable', {
    message: `The model provider cannot be reached: ${descriptions[reason]}.`,
    detail: { reason },
    cause: error,
  })
}

function proxyError(cause: Error, status: number | undefined, reason: ConnectionReason): UpstreamError {
  const start = 'The model provider cannot be reached through the proxy (HTTPS_PROXY, HTTP_PROXY)'
  const [why, detail]: [string, UpstreamDetail] =
    status === 407
      ? ['the proxy requires a user name and password', { reason: 'proxy_needs_password' }]
      : status === undefined
        ? [descriptions[reason], { reason: 'proxy_unreachable' }]
        : [`the proxy refused the connection with status ${status}`, { reason: 'proxy_refused', status }]
  return new UpstreamError('upstream_unreachable', { message: `${start}: ${why}.`, detail, cause })
}

const descriptions = {
  not_listening: 'nothing is listening at its address',
  connection_closed: 'it closed the connection',
  host_unknown: 'its host name does not exist',
  host_not_resolved: 'its host name cannot be looked up right now',
  no_route: 'there is no route to it',
  connect_timeout: 'the connection timed out',
  not_http: 'the server at its address does not speak HTTP',
  untrusted_certificate: 'its certificate is not trusted',
  no_tls: 'it does not speak TLS',
  connection_failed: 'the connection failed',
} satisfies Partial<Record<FailureReason, string>>
type ConnectionReason = keyof typeof descriptions

const reasons: Record<string, ConnectionReason> = {
  ECONNREFUSED: 'not_listening',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  ENOTFOUND: 'host_unknown',
  EAI_AGAIN: 'host_not_resolved',
  EHOSTUNREACH: 'no_route',
  ENETUNREACH: 'no_route',
  ETIMEDOUT: 'connect_timeout',
  HPE_INVALID_CONSTANT: 'not_http',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted_certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted_certificate',
  EPROTO: 'no_tls',
}
