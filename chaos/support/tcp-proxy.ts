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
  /** Closes every connection. Until `mend`, new connections are closed at once. */
  cut(): void
  /**
   * Until `mend`, all connections, including new ones, stay open but transfer nothing, as if the host had disappeared.
   */
  stall(): void
  /** Connections on which the client has sent matching data transfer nothing from now on, even after `mend`. */
  stallWhere(fits: SentMatcher): number
  /** Delays all data by `ms`, in both directions. */
  delay(ms: number): void
  /** Forwards the next matching request, but closes the connection instead of forwarding the reply. Resolves then. */
  loseReply(fits: SentMatcher): Promise<void>
  /** The number of chunks from the service that contained this text, counted since the first call with it. */
  countChunksWith(text: string): number
  mend(): void
  stop(): void
}

interface Pair {
  near: Socket
  far: Socket
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
  let replyToLose: { fits: SentMatcher; lost: () => void } | undefined

  const end = (pair: Pair): void => {
    pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }
  const pass = (to: Socket, data: Buffer): void => {
    if (lateMs === 0) to.write(data)
    else setTimeout(() => to.write(data), lateMs)
  }
  const pausePair = (pair: Pair): void => {
    pair.near.pause()
    pair.far.pause()
  }

  function join(near: Socket): void {
    const far = connect(target.port, target.host)
    const pair: Pair = { near, far, sent: '', stalled: false, losing: undefined }
    pairs.add(pair)
    near.on('data', (data: Buffer) => {
      pair.sent = (pair.sent + data.toString('latin1').toLowerCase()).slice(-maxRemembered)
      if (replyToLose?.fits(data.toString('latin1').toLowerCase())) {
        pair.losing = replyToLose.lost
        replyToLose = undefined
      }
      pass(far, data)
    })
    far.on('data', (data: Buffer) => {
      if (pair.losing) {
        pair.losing()
        end(pair)
        return
      }
      received += data.length
      for (const [text, count] of watched) {
        if (data.includes(text)) watched.set(text, count + 1)
      }
      pass(near, data)
    })
    for (const socket of [near, far]) {
      socket.on('error', () => end(pair))
      socket.on('close', () => end(pair))
    }
  }

  const server = createServer((near) => {
    connections++
    near.on('error', () => near.destroy())
    if (mode === 'cut') near.destroy()
    else if (mode === 'open') join(near)
    else {
      near.pause()
      waiting.add(near)
      near.on('close', () => waiting.delete(near))
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const cut = (): void => {
    mode = 'cut'
    for (const pair of pairs) end(pair)
    for (const near of waiting) near.destroy()
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
    stallWhere(fits) {
      const chosen = [...pairs].filter(({ sent }) => fits(sent))
      for (const pair of chosen) {
        pair.stalled = true
        pausePair(pair)
      }
      return chosen.length
    },
    delay(ms) {
      lateMs = ms
    },
    loseReply: (fits) =>
      new Promise((resolve) => {
        replyToLose = { fits, lost: resolve }
      }),
    countChunksWith(text) {
      if (!watched.has(text)) watched.set(text, 0)
      return watched.get(text) ?? 0
    },
    mend() {
      mode = 'open'
      lateMs = 0
      replyToLose = undefined
      for (const pair of pairs) {
        if (pair.stalled) continue
        pair.near.resume()
        pair.far.resume()
      }
      for (const near of waiting) {
        waiting.delete(near)
        join(near)
        near.resume()
      }
    },
    stop() {
      cut()
      server.close()
    },
  }
}
