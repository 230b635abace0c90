import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Matches the last 64 KB that a client has sent on a connection, in lower case. */
type SentMatcher = (sent: string) => boolean

/** A proxy between an instance and a service that simulates network faults. */
export interface TcpProxy {
  readonly port: number
  /** The number of connections that clients have opened so far. */
  readonly connections: number
  /** The number of bytes that came from the service so far. */
  readonly received: number
  /** Closes every connection. Until `restore`, new connections are closed at once. */
  cut(): void
  /**
   * Until `restore`, all connections, including new ones, stay open but transfer nothing, as if the host had
   * disappeared.
   */
  stall(): void
  /** Connections on which the client has sent matching data transfer nothing from now on, even after `restore`. */
  stallWhere(matches: SentMatcher): number
  /** Delays all data by `ms`, in both directions. */
  delay(ms: number): void
  /** Forwards the next matching request, but closes the connection instead of forwarding the reply. Resolves then. */
  loseReply(matches: SentMatcher): Promise<void>
  /** The number of chunks from the service that contained this text, counted since the first call with it. */
  countChunksWith(text: string): number
  restore(): void
  stop(): void
}

interface Pair {
  client: Socket
  service: Socket
  sent: string
  stalled: boolean
  losing: (() => void) | undefined
}

const maxRemembered = 65_536

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  const waiting = new Set<Socket>()
  const watched = new Map<string, number>()
  let mode: 'open' | 'cut' | 'stalled' = 'open'
  let lateMs = 0
  let received = 0
  let connections = 0
  let replyToLose: { matches: SentMatcher; lost: () => void } | undefined

  const end = (pair: Pair): void => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.service.destroy()
  }
  const pass = (to: Socket, data: Buffer): void => {
    if (lateMs === 0) to.write(data)
    else setTimeout(() => to.write(data), lateMs)
  }
  const pausePair = (pair: Pair): void => {
    pair.client.pause()
    pair.service.pause()
  }

  function join(client: Socket): void {
    const service = connect(target.port, target.host)
    const pair: Pair = { client, service, sent: '', stalled: false, losing: undefined }
    pairs.add(pair)
    client.on('data', (data: Buffer) => {
      pair.sent = (pair.sent + data.toString('latin1').toLowerCase()).slice(-maxRemembered)
      if (replyToLose?.matches(data.toString('latin1').toLowerCase())) {
        pair.losing = replyToLose.lost
        replyToLose = undefined
      }
      pass(service, data)
    })
    service.on('data', (data: Buffer) => {
      if (pair.losing) {
        pair.losing()
        end(pair)
        return
      }
      received += data.length
      for (const [text, count] of watched) {
        if (data.includes(text)) watched.set(text, count + 1)
      }
      pass(client, data)
    })
    for (const socket of [client, service]) {
      socket.on('error', () => end(pair))
      socket.on('close', () => end(pair))
    }
  }

  const server = createServer((client) => {
    connections++
    client.on('error', () => client.destroy())
    if (mode === 'cut') client.destroy()
    else if (mode === 'open') join(client)
    else {
      client.pause()
      waiting.add(client)
      client.on('close', () => waiting.delete(client))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = (): void => {
    mode = 'cut'
    for (const pair of pairs) end(pair)
    for (const client of waiting) client.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    get received() {
      return received
    },
    cut,
    stall() {
      mode = 'stalled'
      for (const pair of pairs) pausePair(pair)
    },
    stallWhere(matches) {
      const chosen = [...pairs].filter(({ sent }) => matches(sent))
      for (const pair of chosen) {
        pair.stalled = true
        pausePair(pair)
      }
      return chosen.length
    },
    delay(ms) {
      lateMs = ms
    },
    loseReply: (matches) =>
      new Promise((resolve) => {
        replyToLose = { matches, lost: resolve }
      }),
    countChunksWith(text) {
      if (!watched.has(text)) watched.set(text, 0)
      return watched.get(text) ?? 0
    },
    restore() {
      mode = 'open'
      lateMs = 0
      replyToLose = undefined
      for (const pair of pairs) {
        if (pair.stalled) continue
        pair.client.resume()
        pair.service.resume()
      }
      for (const client of waiting) {
        waiting.delete(client)
        join(client)
        client.resume()
      }
    },
    stop() {
      cut()
      server.close()
    },
  }
}
