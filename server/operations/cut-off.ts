import { AppError } from '../../protocol/index.ts'
import { every } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import { lease } from '../coordination/membership/membership.ts'
import type { Feeds } from '../shared-state/index.ts'

export interface CutOffOptions {
  membership: Pick<Membership, 'sinceAcknowledged'>
  /** The open sockets and event streams of this instance. */
  hub: { disconnectAll(): void }
  feeds: Pick<Feeds, 'unreadRevocationsMs'>
  clock: Clock
  logger: Logger
}

const checkEveryMs = 500
/**
 * Without an accepted heartbeat for this long, the instance refuses requests: it may have missed revocations for too
 * long to rely on its cache (P5).
 */
const refuseAfterMs = 10_000
/**
 * The instance also counts as cut off if it has known of revocations for this long but cannot read them. Shorter than
 * `refuseAfterMs`, to allow for the interval of the checks.
 */
const maxUnreadMs = 8000

/**
 * Rule 18: an instance is cut off if neither Redis nor the store has accepted its heartbeat for a lease. It sends no
 * text of the runs that it owns (rule 7), and its sockets are closed so that clients reconnect to another instance.
 * After 10 s it responds with 503 to requests that need authentication, never with 401: an outage must not sign a user
 * out. The same applies if only the store is unreachable and the instance cannot read revocations that it knows of.
 */
export class CutOff {
  readonly #options: CutOffOptions
  #late = false
  #since: number | undefined

  constructor(options: CutOffOptions) {
    this.#options = options
  }

  /** Checks regularly until the signal aborts. */
  watch(signal: AbortSignal): void {
    const { logger } = this.#options
    void every(async () => this.check(), {
      ms: () => checkEveryMs,
      failed: (error) => logger.error({ err: error }, 'checking whether this instance is cut off failed'),
      signal,
    })
  }

  /** Acts only after two late heartbeats in a row, because one may be a pause of the process or a step of the clock. */
  check(): void {
    const { membership, hub, clock, logger } = this.#options
    const age = membership.sinceAcknowledged()
    const wasLate = this.#late
    this.#late = age > lease
    if (this.#late && wasLate && this.#since === undefined) {
      this.#since = clock.monotonic()
      logger.warn(
        { ageMs: Math.round(age) },
        'neither Redis nor the database accepts heartbeats; clients are sent to other instances',
      )
    } else if (!this.#late && this.#since !== undefined) {
      this.#since = undefined
      logger.info('this instance is no longer cut off; its heartbeats are accepted again')
    }
    // Repeated at each check, for sockets that connected since the last one.
    if (this.#since !== undefined || this.#cannotReadRevocations()) hub.disconnectAll()
  }

  /** Throws from the moment of the cut-off, because a socket would stay open on this instance. */
  admitSocket(): void {
    if (this.#since !== undefined || this.#cannotReadRevocations()) throw refusal()
  }

  /** Throws 10 s after the last heartbeat. Until then, requests may be authenticated from the cache. */
  admitRequest(): void {
    const { clock } = this.#options
    const lost = this.#since !== undefined && clock.monotonic() - this.#since >= refuseAfterMs - lease
    if (lost || this.#cannotReadRevocations()) throw refusal()
  }

  #cannotReadRevocations(): boolean {
    return this.#options.feeds.unreadRevocationsMs() > maxUnreadMs
  }
}

function refusal(): AppError {
  return new AppError('store_unavailable', {
    message: 'This instance has lost its connection to the database. Try again to reach another instance.',
    retryAfterMs: 1000,
  })
}
