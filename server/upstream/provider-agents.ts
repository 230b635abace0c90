import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'

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

/** The connections to providers: kept alive, and pausable at once. */
export const httpAgent = withPausableSockets(new HttpAgent(options))
export const httpsAgent = withPausableSockets(new HttpsAgent(options))
