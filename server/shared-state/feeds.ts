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
/** The pauses before a failed read is retried. */
const retryMs = { initialMs: 250, maxMs: 1000 }

/**
 * Feeds keep the instances' copies of rarely changing state up to date. Each feed is a row of the store with a
 * revision: a counter and a nonce, which the transaction that changes the state also changes. An instance that sees a
 * revision different from its own reads the state again. Whether the counter is higher or lower does not matter,
 * because a store may lose its last commits in a failover.
 */
export class Feeds {
  readonly #options: FeedsOptions
  readonly #applied = new Map<FeedName, string>()
  readonly #appliers = new Map<FeedName, () => Promise<void>>()
  readonly #stopping = new AbortController()
  #polling: Promise<void> | undefined
  #nextPoll: Promise<void> | undefined
  #catchingUp = false
  /** The number of reports of revocations, and the time since which some of them are unread. */
  #revocationReports = 0
  #unreadSince: number | undefined

  constructor(options: FeedsOptions) {
    this.#options = options
  }

  /**
   * Registers `apply`, which reads the state and replaces this instance's copy. If it rejects, the next poll retries
   * it.
   */
  on(name: FeedName, apply: () => Promise<void>): void {
    this.#appliers.set(name, apply)
  }

  /**
   * Call after a transaction that changed the feed. Notifies the other instances, and resolves when it is applied here.
   */
  async announceAndApply(name: FeedName): Promise<void> {
    void this.#options.bus.send('revision.raised', { name })
    await this.poll().catch((error: unknown) => this.#logFailure(error))
  }

  /** Reads the revisions, and applies the feeds that differ. A call during a poll waits for another poll after it. */
  poll(): Promise<void> {
    if (!this.#polling) {
      this.#polling = this.#pollOnce().finally(() => {
        this.#polling = undefined
      })
      return this.#polling
    }
    // The poll in progress may have read before the caller's change, so the caller waits for the next poll.
    this.#nextPoll ??= this.#polling
      .catch(() => undefined)
      .then(() => {
        this.#nextPoll = undefined
        return this.poll()
      })
    return this.#nextPoll
  }

  /** The revision that this instance has applied, in the format of the members' facts; undefined before the first. */
  appliedRevision(name: FeedName): string | undefined {
    return this.#applied.get(name)
  }

  /**
   * Milliseconds since this instance learned of revocations that it could not read yet, because it reaches Redis but
   * not the store. 0 if there are none.
   */
  unreadRevocationsMs(): number {
    return this.#unreadSince === undefined ? 0 : this.#options.clock.monotonic() - this.#unreadSince
  }

  start(): void {
    const { bus, membership } = this.#options
    const news = (name: string): void => {
      if (name === 'revocations') this.#noteRevocation()
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
      // The member may have died between its write and the announcement of it.
      departed: () => void this.#catchUp(),
    })
    void every(() => this.poll(), {
      ms: () => (membership.redisHealthy() ? pollMs.healthy : pollMs.unhealthy),
      failed: (error) => this.#logFailure(error),
      signal: this.#stopping.signal,
    })
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Polls until a poll succeeds. Never rejects. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) {
      // A poll in progress may have read before the change: poll again after it. Otherwise the loop below polls soon.
      if (this.#polling) void this.poll().catch(() => this.#catchUp())
      return
    }
    this.#catchingUp = true
    const { signal } = this.#stopping
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.poll()
        break
      } catch (error) {
        this.#logFailure(error)
        await sleep(backoff(attempt, retryMs), signal)
      }
    }
    this.#catchingUp = false
  }

  #noteRevocation(): void {
    this.#revocationReports++
    this.#unreadSince ??= this.#options.clock.monotonic()
  }

  async #pollOnce(): Promise<void> {
    const reportsBefore = this.#revocationReports
    for (const { name, counter, nonce } of await this.#options.revisions.list()) {
      const revision = `${counter}:${nonce}`
      const apply = this.#appliers.get(name)
      if (!apply || this.#applied.get(name) === revision) continue
      await apply()
      this.#applied.set(name, revision)
      this.#options.membership.update({ revisions: Object.fromEntries(this.#applied) })
    }
    if (reportsBefore === this.#revocationReports) this.#unreadSince = undefined
  }

  /** The names of the feeds of which a member has applied another revision than this instance. */
  #different(theirs: Record<string, string>): string[] {
    return Object.entries(theirs)
      .filter(([name, revision]) => {
        const mine = this.#applied.get(name as FeedName)
        return mine !== undefined && mine !== revision
      })
      .map(([name]) => name)
  }

  #logFailure(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof StoreError) logger.debug({ err: error }, 'revisions cannot be read now')
    else logger.error({ err: error }, 'a feed could not be applied')
  }
}
