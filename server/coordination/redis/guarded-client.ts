import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Clock, Logger } from '../../base/index.ts'
import { guarded, jitter, withDeadline } from '../../base/index.ts'
import { withoutCommand } from './redis-failure.ts'

export interface GuardedClientEvents<C> {
  /** Connected anew. */
  ready?: (client: C) => void
  /** The connection broke. */
  lost?: () => void
  /** The answer of `alive` changed. */
  alive: (alive: boolean) => void
  /** `node` is the address of the one node that it happened to, where that is known. */
  failed: (error: unknown, node?: string) => void
}

const pingEveryMs = 1000
const pingDeadlineMs = 1000
const rebuildAfterMs = 15_000

/**
 * A client that is never dead for good: it is pinged each second against a deadline, and built anew when it reaches its
 * end state (which ioredis 6 can, by itself, during a Sentinel failover) or is not ready for long.
 */
export class GuardedClient<C extends Redis | Cluster> {
  client: C
  alive = false
  /** It has been found not to work; false while the first connection is still being made. */
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
    this.client = this.#listen(this.#build())
    this.#timer = setInterval(
      this.#guarded('ping', () => this.#tick()),
      pingEveryMs,
    )
    this.#timer.unref()
  }

  /** An answer just arrived, which spares the next ping. */
  sawReply(): void {
    this.#lastReply = this.#clock.monotonic()
  }

  /** Finds out now whether it works. */
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

  /** A new client in place of this one. */
  rebuild(): void {
    if (this.#closed) return
    this.#setAway()
    this.#lastReady = this.#clock.monotonic()
    const old = this.client
    this.client = this.#listen(this.#build())
    leave(old)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    leave(this.client)
    this.#setAlive(false)
  }

  #tick(): void {
    const now = this.#clock.monotonic()
    if (this.client.status === 'ready') {
      // One that answers and refuses even a PING may have lost what makes it work, such as its sign-in.
      if (this.away && now - this.#lastReady > rebuildAfterMs) return this.rebuild()
      if (!this.away) this.#lastReady = now
      if (!this.alive || now - this.#lastReply > pingEveryMs * 0.9) this.probe()
      return
    }
    this.#setAway()
    if (now - this.#lastReady > rebuildAfterMs) this.rebuild()
  }

  #listen(client: C): C {
    // An old client may still complain after it was replaced: nobody has to know.
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
    const gone = mine('close', () => {
      this.#events.lost?.()
      this.#setAway()
    })
    const rebuild = mine('rebuild', () => this.rebuild())
    const failed = this.#guarded('error', (error: unknown, node?: unknown) => {
      hearMore(client)
      if (isMine()) this.#events.failed(withoutCommand(error), typeof node === 'string' ? node : undefined)
    })
    client.on('ready', ready)
    client.on('close', gone)
    client.on('end', gone)
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

const heard = new WeakSet<Redis['stream']>()

/** ioredis 6 listens to the first error of a socket only: a second one, or one after it has left, would end the process. */
function hearMore(client: Redis | Cluster): void {
  for (const { stream } of client instanceof Cluster ? client.nodes('all') : [client]) {
    // Undefined before the first connection.
    if (!(stream as Redis['stream'] | undefined) || heard.has(stream)) continue
    heard.add(stream)
    stream.on('error', () => {})
  }
}

function leave(client: Redis | Cluster): void {
  hearMore(client)
  client.disconnect()
}
