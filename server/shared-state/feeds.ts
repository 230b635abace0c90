import { every } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Membership, MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { RevisionRow, Revisions } from '../store/contract/fleet.ts'
import { StoreError } from '../store/store.ts'

export type FeedName = RevisionRow['name']

export interface FeedsOptions {
  revisions: Revisions
  bus: MessageBus<Messages>
  membership: Membership
  logger: Logger
}

const pollMs = { healthy: 30_000, unhealthy: 5000 }

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
  #again = false

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
  async look(): Promise<void> {
    if (this.#looking) {
      this.#again = true
      return this.#looking
    }
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
    if (!this.#again) return
    this.#again = false
    await this.look()
  }

  /** What is applied here, as members tell it; undefined before the first. */
  appliedRevision(name: FeedName): string | undefined {
    return this.#applied.get(name)
  }

  start(): void {
    const { bus, membership } = this.#options
    const beside = (): void => void this.look().catch((error: unknown) => this.#failed(error))
    bus.on('revision.raised', 'fleet', { message: beside, gap: beside })
    membership.watch({
      changed: (members) => {
        if (members.some(({ revisions }) => this.#differs(revisions))) beside()
      },
      link: beside,
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

  async #lookOnce(): Promise<void> {
    for (const { name, counter, nonce } of await this.#options.revisions.list()) {
      const revision = `${counter}:${nonce}`
      const apply = this.#appliers.get(name)
      if (!apply || this.#applied.get(name) === revision) continue
      await apply()
      this.#applied.set(name, revision)
      this.#options.membership.update({ revisions: Object.fromEntries(this.#applied) })
    }
  }

  #differs(theirs: Record<string, string>): boolean {
    return Object.entries(theirs).some(([name, revision]) => {
      const mine = this.#applied.get(name as FeedName)
      return mine !== undefined && mine !== revision
    })
  }

  #failed(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof StoreError) logger.debug({ err: error }, 'revisions cannot be read now')
    else logger.error({ err: error }, 'a feed could not be applied')
  }
}
