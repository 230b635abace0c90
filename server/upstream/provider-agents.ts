import { Agent as HttpAgent } from 'node:http'
import type { AgentOptions } from 'node:https'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { guardedLookup } from './egress-guard.ts'

/** The buffer size for reads from a provider's socket, bytes. */
const readBytes = 65_536

// A free socket is closed after 30 s, so nothing has to be cleaned up when a connection is removed.
const options = {
  keepAlive: true,
  timeout: 30_000,
  maxFreeSockets: 64,
  scheduling: 'lifo' as const,
  // With free space in the buffer of a paused response, Node would resume the socket to fill it.
  highWaterMark: 0,
}

/** Requests with different keys never share sockets. */
export interface AgentKey {
  secure: boolean
  /** Whether host names that resolve to link-local or metadata addresses are refused. */
  guarded: boolean
  /** The address of the proxy that tunnels to the provider; null without a tunnel. */
  tunnel: string | null
}

const agents = new Map<string, HttpAgent>()

/** The shared agent of a key. It keeps sockets alive, and they can be paused at once unless they are tunnels. */
export function agentFor(key: AgentKey): HttpAgent {
  const name = JSON.stringify([key.secure, key.guarded, key.tunnel])
  const agent = agents.get(name) ?? createAgent(key)
  agents.set(name, agent)
  return agent
}

/** An agent for one request that must not reuse a connection. */
export function createFreshAgent(key: AgentKey): HttpAgent {
  return createAgent(key, { keepAlive: false })
}

function createAgent({ secure, guarded, tunnel }: AgentKey, more: AgentOptions = {}): HttpAgent {
  const all = { ...options, ...more, ...(guarded && tunnel === null ? { lookup: guardedLookup } : {}) }
  // Node creates the tunnel and the TLS connection inside it.
  if (tunnel !== null) return new HttpsAgent({ ...all, proxyEnv: { HTTPS_PROXY: tunnel } })
  return withPausableSockets(secure ? new HttpsAgent(all) : new HttpAgent(all))
}

/**
 * Makes an agent create sockets that stop reading as soon as they are paused. Node's sockets do that only if they pass
 * their bytes to a callback (`onread` in `net.connect`). Other sockets read on until their buffer is full, and so wake
 * the process for every chunk of an answer that it cannot process yet.
 */
function withPausableSockets<A extends HttpAgent>(agent: A): A {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (connection, created) => {
    let socket: Duplex | null | undefined
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBytes),
      callback(size: number, read: Uint8Array): boolean {
        // Node's HTTP client reads from this event. It gets a copy, because the next read overwrites the buffer.
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
