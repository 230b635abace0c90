import { AppError } from '../../protocol/index.ts'
import { every } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import { lease } from '../coordination/membership/membership.ts'
import type { Feeds } from '../shared-state/index.ts'

export interface CutOffOptions {
  membership: Pick<Membership, 'sinceAcknowledged'>
  /** The open sockets and event streams of this instance. */
  hub: { sendElsewhere(): void }
  feeds: Pick<Feeds, 'unreadRevocationsMs'>
  clock: Clock
  logger: Logger
}

const lookMs = 500
/** After this it may have missed a revocation for too long to go on believing its memory (P5). */
const refuseAfterMs = 10_000
/** The same for one that hears of revocations and cannot read whose; short of the bound by the turns that look. */
const blindAfterMs = 8000

/**
 * Rule 18: an instance whose heartbeat neither Redis nor the store has taken for a lease knows nothing of the fleet any
 * more. Its owners are silent (rule 7), its sockets are sent elsewhere, and after 10 s it answers 503 to whoever has to
 * be authenticated, never 401: that it cannot know is no reason to sign anybody out. The same where it has lost the
 * store alone, and the fleet tells it of revocations that it cannot read.
 */
export class CutOff {
  readonly #options: CutOffOptions
  #late = false
  #since: number | undefined

  constructor(options: CutOffOptions) {
    this.#options = options
  }

  /** Looks until the signal aborts. */
  watch(signal: AbortSignal): void {
    const { logger } = this.#options
    void every(async () => this.look(), {
      ms: () => lookMs,
      failed: (error) => logger.error({ err: error }, 'looking whether this instance is cut off failed'),
      signal,
    })
  }

  /** One late heartbeat is a pause or a step of the clock, and over with the next: twice is believed. */
  look(): void {
    const { membership, hub, clock, logger } = this.#options
    const age = membership.sinceAcknowledged()
    const wasLate = this.#late
    this.#late = age > lease
    if (this.#late && wasLate && this.#since === undefined) {
      this.#since = clock.monotonic()
      logger.warn(
        { ageMs: Math.round(age) },
        'neither Redis nor the database takes heartbeats: sockets are sent elsewhere',
      )
    } else if (!this.#late && this.#since !== undefined) {
      this.#since = undefined
      logger.info('this instance is back: its heartbeats are taken again')
    }
    // Whoever came since the last look as well.
    if (this.#since !== undefined || this.#blind()) hub.sendElsewhere()
  }

  /** For what would be held open here: rejects from the first moment. */
  admitSocket(): void {
    if (this.#since !== undefined || this.#blind()) throw refusal()
  }

  /** For requests, which may be answered from memory for a while. */
  admitRequest(): void {
    const { clock } = this.#options
    const lost = this.#since !== undefined && clock.monotonic() - this.#since >= refuseAfterMs - lease
    if (lost || this.#blind()) throw refusal()
  }

  #blind(): boolean {
    return this.#options.feeds.unreadRevocationsMs() > blindAfterMs
  }
}

function refusal(): AppError {
  return new AppError('store_unavailable', {
    message: 'This instance has lost its way to the database. Try again: another one answers.',
    retryAfterMs: 1000,
  })
}
