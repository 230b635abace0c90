import { backoff, every, sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Membership, MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { RevisionRow, Revisions } from '../store/contract/fleet.ts'
import { StoreError } from '../store/store.ts'

export type FeedName = RevisionRow['name']

export interface FeedsOptions {
  revisions: Revisions
  bus: MessageBus<Messages>
  membership: Membership
  clock: Clock
  logger: Logger
}

const pollMs = { healthy: 30_000, unhealthy: 5000 }
/** News that could not be read is asked for again. */
const againMs = { first: 250, most: 1000 }

/**
 * State that every instance holds a copy of and that changes seldom: each feed is a row of the store with a counter and
 * a nonce, raised in the transaction that changes what it stands for. An instance that sees another (counter, nonce)
 * than its own reads anew; higher or lower says nothing, since a store that failed over may have gone back.
 */
export class Feeds {
  readonly #options: FeedsOptions
  readonly #applied = new Map<FeedName, string>()
  readonly #appliers = new Map<FeedName, () => Promise<void>>()
  readonly #stopping = new AbortController()
  #looking: Promise<void> | undefined
  #next: Promise<void> | undefined
  #catchingUp = false
  /** Revocations that this instance has heard of, and since when it has not read them. */
  #heard = 0
  #unreadSince: number | undefined

  constructor(options: FeedsOptions) {
    this.#options = options
  }

  /** `apply` reads the state and swaps it in; a rejection is tried again at the next look. */
  on(name: FeedName, apply: () => Promise<void>): void {
    this.#appliers.set(name, apply)
  }

  /** A transaction of this instance has raised the feed: tells the others, and applies it here before it resolves. */
  async raised(name: FeedName): Promise<void> {
    void this.#options.bus.send('revision.raised', { name })
    await this.look().catch((error: unknown) => this.#failed(error))
  }

  /** Reads the revisions and applies what differs. One that is asked for while another is under way comes after it. */
  look(): Promise<void> {
    if (!this.#looking) {
      this.#looking = this.#lookOnce().finally(() => {
        this.#looking = undefined
      })
      return this.#looking
    }
    // What is being read may be older than what is asked for now: whoever asks waits for the next.
    this.#next ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.look()
      })
    return this.#next
  }

  /** What is applied here, as members tell it; undefined before the first. */
  appliedRevision(name: FeedName): string | undefined {
    return this.#applied.get(name)
  }

  /**
   * For how long, ms, this instance has known of revocations that it cannot read: it can reach Redis and not the store.
   * 0: of none.
   */
  unreadRevocationsMs(): number {
    return this.#unreadSince === undefined ? 0 : this.#options.clock.monotonic() - this.#unreadSince
  }

  start(): void {
    const { bus, membership } = this.#options
    const news = (name: string): void => {
      if (name === 'revocations') this.#hear()
      void this.#catchUp()
    }
    bus.on('revision.raised', 'fleet', {
      message: ({ name }) => news(name),
      gap: () => void this.#catchUp(),
    })
    membership.watch({
      changed: (members) => {
        const different = new Set(members.flatMap(({ revisions }) => this.#different(revisions)))
        for (const name of different) news(name)
      },
      link: () => void this.#catchUp(),
      // It may have died between its write and what tells the others of it.
      gone: () => void this.#catchUp(),
    })
    void every(() => this.look(), {
      ms: () => (membership.redisHealthy() ? pollMs.healthy : pollMs.unhealthy),
      failed: (error) => this.#failed(error),
      signal: this.#stopping.signal,
    })
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Reads until it has been read, whatever the store does meanwhile. Never rejects. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) {
      // What is being read may be older than the news; what waits for its next try is not.
      if (this.#looking) void this.look().catch(() => this.#catchUp())
      return
    }
    this.#catchingUp = true
    const { signal } = this.#stopping
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.look()
        break
      } catch (error) {
        this.#failed(error)
        await sleep(backoff(attempt, againMs), signal)
      }
    }
    this.#catchingUp = false
  }

  #hear(): void {
    this.#heard++
    this.#unreadSince ??= this.#options.clock.monotonic()
  }

  async #lookOnce(): Promise<void> {
    const heard = this.#heard
    for (const { name, counter, nonce } of await this.#options.revisions.list()) {
      const revision = `${counter}:${nonce}`
      const apply = this.#appliers.get(name)
      if (!apply || this.#applied.get(name) === revision) continue
      await apply()
      this.#applied.set(name, revision)
      this.#options.membership.update({ revisions: Object.fromEntries(this.#applied) })
    }
    if (heard === this.#heard) this.#unreadSince = undefined
  }

  /** Names of feeds of which a member has applied something else than this instance. */
  #different(theirs: Record<string, string>): string[] {
    return Object.entries(theirs)
      .filter(([name, revision]) => {
        const mine = this.#applied.get(name as FeedName)
        return mine !== undefined && mine !== revision
      })
      .map(([name]) => name)
  }

  #failed(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof StoreError) logger.debug({ err: error }, 'revisions cannot be read now')
    else logger.error({ err: error }, 'a feed could not be applied')
  }
}
