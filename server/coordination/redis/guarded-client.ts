import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Clock, Logger } from '../../base/index.ts'
import { guarded, jitter, withDeadline } from '../../base/index.ts'
import { withoutCommand } from './redis-failure.ts'

export interface GuardedClientEvents<C> {
  /** The client has connected or reconnected. */
  ready?: (client: C) => void
  /** The connection broke. */
  lost?: () => void
  /** `alive` changed, or the first connection failed. */
  alive: (alive: boolean) => void
  /** `node` is the address of the Cluster node or sentinel that failed, if known. */
  failed: (error: unknown, node?: string) => void
}

const pingEveryMs = 1000
const pingDeadlineMs = 1000
const rebuildAfterMs = 15_000

/**
 * A client that always recovers. It is pinged every second with a deadline, and replaced by a new client if it is not
 * ready for long or reaches its end state, which ioredis 6 can do by itself during a Sentinel failover.
 */
export class GuardedClient<C extends Redis | Cluster> {
  client: C
  alive = false
  /** True if it is known not to work; false while the first connection is still being established. */
  away = false
  readonly #build: () => C
  readonly #ping: (client: C) => Promise<unknown>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #events: GuardedClientEvents<C>
  readonly #timer: NodeJS.Timeout
  #lastReady: number
  #lastReply = Number.NEGATIVE_INFINITY
  #probing = false
  #closed = false

  constructor(options: {
    build: () => C
    ping: (client: C) => Promise<unknown>
    clock: Clock
    logger: Logger
    events: GuardedClientEvents<C>
  }) {
    this.#build = options.build
    this.#ping = options.ping
    this.#clock = options.clock
    this.#logger = options.logger
    this.#events = options.events
    this.#lastReady = this.#clock.monotonic()
    this.client = this.#attach(this.#build())
    this.#timer = setInterval(
      this.#guarded('ping', () => this.#tick()),
      pingEveryMs,
    )
    this.#timer.unref()
  }

  /** Reports that a reply has just arrived, so that the next ping can be skipped. */
  noteReply(): void {
    this.#lastReply = this.#clock.monotonic()
  }

  /** Pings now, instead of at the next tick. */
  probe(): void {
    if (this.#closed || this.#probing || this.client.status !== 'ready') return
    this.#probing = true
    const { client } = this
    withDeadline(this.#ping(client), pingDeadlineMs, 'ping')
      .then(
        () => {
          if (client === this.client && client.status === 'ready') this.#setAlive(true)
        },
        (error: unknown) => {
          if (client === this.client) this.#fail(error)
        },
      )
      .finally(() => (this.#probing = false))
  }

  /** Replaces the client by a new one. */
  rebuild(): void {
    if (this.#closed) return
    this.#setAway()
    this.#lastReady = this.#clock.monotonic()
    const old = this.client
    this.client = this.#attach(this.#build())
    disconnect(old)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    disconnect(this.client)
    this.#setAlive(false)
  }

  #tick(): void {
    const now = this.#clock.monotonic()
    if (this.client.status === 'ready') {
      // A connection that refuses even PING may have lost its state, for example its authentication.
      if (this.away && now - this.#lastReady > rebuildAfterMs) return this.rebuild()
      if (!this.away) this.#lastReady = now
      if (!this.alive || now - this.#lastReply > pingEveryMs * 0.9) this.probe()
      return
    }
    this.#setAway()
    if (now - this.#lastReady > rebuildAfterMs) this.rebuild()
  }

  #attach(client: C): C {
    // Events of a client that was replaced are ignored.
    const isMine = (): boolean => client === this.client && !this.#closed
    const mine = (event: string, action: () => void) =>
      this.#guarded(event, () => {
        if (isMine()) action()
      })
    const ready = mine('ready', () => {
      this.#lastReady = this.#clock.monotonic()
      this.#events.ready?.(client)
      this.probe()
    })
    const onClosed = mine('close', () => {
      this.#events.lost?.()
      this.#setAway()
    })
    const rebuild = mine('rebuild', () => this.rebuild())
    const failed = this.#guarded('error', (error: unknown, node?: unknown) => {
      ignoreLaterErrors(client)
      if (isMine()) this.#events.failed(withoutCommand(error), typeof node === 'string' ? node : undefined)
    })
    client.on('ready', ready)
    client.on('close', onClosed)
    client.on('end', onClosed)
    client.on('end', () => setTimeout(rebuild, 200 + jitter() * 300).unref())
    for (const name of ['error', 'node error', 'nodeError', 'sentinelError']) client.on(name, failed)
    return client
  }

  #guarded<Args extends unknown[]>(event: string, handler: (...args: Args) => void): (...args: Args) => void {
    return guarded({ logger: this.#logger, event: `Redis client: ${event}` }, handler)
  }

  #fail(error: unknown): void {
    this.#events.failed(withoutCommand(error))
    this.#setAway()
  }

  #setAway(): void {
    const first = !this.away
    this.away = true
    if (this.alive) this.#setAlive(false)
    else if (first) this.#events.alive(false)
  }

  #setAlive(alive: boolean): void {
    if (alive) this.away = false
    if (this.alive === alive) return
    this.alive = alive
    this.#events.alive(alive)
  }
}

const handledStreams = new WeakSet<Redis['stream']>()

/** ioredis 6 handles only the first error of a socket. Without this, a second or later error would end the process. */
function ignoreLaterErrors(client: Redis | Cluster): void {
  for (const { stream } of client instanceof Cluster ? client.nodes('all') : [client]) {
    // Undefined before the first connection.
    if (!(stream as Redis['stream'] | undefined) || handledStreams.has(stream)) continue
    handledStreams.add(stream)
    stream.on('error', () => {})
  }
}

function disconnect(client: Redis | Cluster): void {
  ignoreLaterErrors(client)
  client.disconnect()
}
