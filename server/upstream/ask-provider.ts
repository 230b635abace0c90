import { request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { agentOf, freshAgentOf } from './provider-agents.ts'
import type { ProviderWay } from './provider-agents.ts'
import { routeTo } from './provider-route.ts'
import type { ProviderNetwork } from './provider-route.ts'
import { UpstreamError } from './upstream-error.ts'

export interface ProviderCall {
  url: URL
  /** Sent as JSON by POST; without it the call is a GET. */
  body?: string
  headers: OutgoingHttpHeaders
  network: ProviderNetwork
  connectMs: number
}

/**
 * One request to a provider. Resolves with whatever answer begins, errors and redirects included; nothing is followed.
 * Rejects with `upstream_unreachable` when no connection stands within `connectMs` or it breaks before the answer, and
 * with the signal's reason when that aborts, which closes the socket at once, also in the midst of the answer.
 */
export async function askProvider(call: ProviderCall, signal: AbortSignal): Promise<IncomingMessage> {
  try {
    return await attempt(call, signal)
  } catch (error) {
    if (!(error instanceof StaleSocketError)) throw error
    // The provider closed an idle connection just as it was taken again; it has not seen the request.
    return await attempt(call, signal, true)
  }
}

class StaleSocketError extends Error {}

function attempt(call: ProviderCall, signal: AbortSignal, fresh = false): Promise<IncomingMessage> {
  const { url, body, headers, connectMs } = call
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { way, proxied, request: place } = routeTo(url, call.network)
    const request = (way.secure ? httpsRequest : httpRequest)({
      ...place,
      agent: fresh ? freshAgentOf(way) : agentOf(way),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...place.headers,
        ...headers,
        'user-agent': 'shoal',
        'accept-encoding': 'identity',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    })
    // A request whose tunnel is not made yet reports nothing by itself.
    const giveUp = (reason: Error): void => {
      reject(reason)
      request.destroy()
    }
    const onAbort = (): void => giveUp(signal.reason as Error)
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      giveUp(slowToConnect(connectMs))
    }, connectMs)
    signal.addEventListener('abort', onAbort, { once: true })
    request.once('socket', (socket) => onceConnected(socket, way, () => clearTimeout(timer)))
    request.once('close', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      // However it ended: whoever waits is answered. No effect behind an answer or an error.
      const closed = { name: 'Error', message: 'closed without an answer', code: 'ECONNRESET' }
      reject(unreachable(closed, proxied))
    })
    request.once('response', resolve)
    // Without this listener Node closes the socket and says nothing to anybody.
    request.once('upgrade', (_response, socket) => {
      reject(switchedProtocols())
      socket.destroy()
    })
    // Stays for the request's whole life: an error after the answer began is the answer's to report.
    request.on('error', (error) => {
      if (request.reusedSocket && isReset(error)) reject(new StaleSocketError())
      else reject(error instanceof UpstreamError ? error : unreachable(error, proxied))
    })
    request.end(body)
  })
}

function onceConnected(socket: Socket, { secure, tunnel }: ProviderWay, connected: () => void): void {
  // A tunnel is handed over once it stands.
  if (!socket.connecting || tunnel !== null) connected()
  else socket.once(secure ? 'secureConnect' : 'connect', connected)
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

function slowToConnect(ms: number): UpstreamError {
  return new UpstreamError('upstream_unreachable', {
    message: `The model provider cannot be reached: no connection within ${ms / 1000} seconds.`,
  })
}

function switchedProtocols(): UpstreamError {
  return new UpstreamError('upstream_unreachable', {
    message:
      'The model provider cannot be reached: it answered 101 Switching Protocols instead of an answer. Check its address.',
  })
}

/** Says what kind of fault it was and not where: the address is for administrators. */
function unreachable(
  error: NodeJS.ErrnoException & { statusCode?: number | undefined },
  proxied: boolean,
): UpstreamError {
  const { code = '', statusCode } = error
  const why = reasons[code] ?? (/CERT|TLS|SSL/.test(code) ? reasons.TLS : undefined)
  if (code === 'ERR_PROXY_TUNNEL' || (proxied && why !== reasons.TLS)) {
    return new UpstreamError('upstream_unreachable', { message: proxyFault(statusCode, why), cause: error })
  }
  return new UpstreamError('upstream_unreachable', {
    message: `The model provider cannot be reached: ${why ?? 'the connection failed'}.`,
    cause: error,
  })
}

function proxyFault(status: number | undefined, why: string | undefined): string {
  const start = 'The model provider cannot be reached through the proxy (HTTPS_PROXY, HTTP_PROXY)'
  if (status === 407) return `${start}: the proxy asks for a user name and password.`
  if (status !== undefined) return `${start}: the proxy refused the connection with status ${status}.`
  return `${start}: ${why ?? 'the connection failed'}.`
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing answers at its address',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up at the moment',
  EHOSTUNREACH: 'there is no way to its network',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it did not answer in time',
  HPE_INVALID_CONSTANT: 'what answers does not speak HTTP',
  TLS: 'its certificate is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted',
  EPROTO: 'it does not speak TLS',
}
