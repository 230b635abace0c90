import { Agent as HttpAgent } from 'node:http'
import type { AgentOptions } from 'node:https'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { guardedLookup } from './egress-guard.ts'

/** Of one read of a provider's socket, bytes. */
const readBytes = 65_536

// A free socket is closed after half a minute, so nothing has to be cleaned up when a connection is removed.
const options = {
  keepAlive: true,
  timeout: 30_000,
  maxFreeSockets: 64,
  scheduling: 'lifo' as const,
  // A paused answer holds nothing: with room left in its buffer, Node would resume the socket to fill it.
  highWaterMark: 0,
}

/** How a provider is reached. Sockets of one way are never used for another. */
export interface ProviderWay {
  secure: boolean
  /** Link-local and metadata addresses are refused, whatever name they have. */
  guarded: boolean
  /** Address of the proxy through which a tunnel to the provider leads; null: none. */
  tunnel: string | null
}

const agents = new Map<string, HttpAgent>()

/** The connections of one way: kept alive, and pausable at once unless they are tunnels. */
export function agentOf(way: ProviderWay): HttpAgent {
  const name = JSON.stringify([way.secure, way.guarded, way.tunnel])
  const agent = agents.get(name) ?? createAgent(way)
  agents.set(name, agent)
  return agent
}

/** For one request that must not get a connection that was used before. */
export function freshAgentOf(way: ProviderWay): HttpAgent {
  return createAgent(way, { keepAlive: false })
}

function createAgent({ secure, guarded, tunnel }: ProviderWay, more: AgentOptions = {}): HttpAgent {
  const all = { ...options, ...more, ...(guarded && tunnel === null ? { lookup: guardedLookup } : {}) }
  // Node makes the tunnel and the TLS connection in it.
  if (tunnel !== null) return new HttpsAgent({ ...all, proxyEnv: { HTTPS_PROXY: tunnel } })
  return withPausableSockets(secure ? new HttpsAgent(all) : new HttpAgent(all))
}

/**
 * Has an agent make sockets that read nothing more from the moment they are paused. Node's sockets do so where their
 * bytes go to a callback (`onread` in `net.connect`); all others read on until their buffer is full, and so wake the
 * process for every word of an answer that it does not want yet.
 */
function withPausableSockets<A extends HttpAgent>(agent: A): A {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (connection, created) => {
    let socket: Duplex | null | undefined
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback(size: number, read: Uint8Array): boolean {
        // The event by which Node's HTTP client reads. The buffer is used again, so what it gets is a copy.
        socket?.emit('data', Buffer.copyBytesFrom(read, 0, size))
        return true
      },
    }
    const withCallback: typeof connection & { onread: typeof onread } = { ...connection, onread }
    socket = create(withCallback, created)
    return socket
  }
  return agent
}
