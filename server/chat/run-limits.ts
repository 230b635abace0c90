import { AppError } from '../../protocol/index.ts'
import type { LimitState } from '../../protocol/index.ts'
import { KeyedQueue } from './keyed-queue.ts'
import type { LimitAnswer, RateLimits } from '../coordination/contracts.ts'
import type { UserCount } from '../shared-state/index.ts'
import type { RunIds } from '../store/contract/runs.ts'
import type { Store } from '../store/store.ts'

/** How many answers and tokens a user may use. `null`: no limit. */
export interface UserLimits {
  runsPerMinute: number | null
  tokensPerMinute: number | null
  runningPerUser: number | null
}

export interface UserLimitsOptions {
  rateLimits: RateLimits
  store: Pick<Store, 'runs'>
  /** The running requests of API clients, which the store does not count. */
  requests: UserCount
  limits: () => UserLimits
}

export type RunAdmitted<T> = { kind: 'started'; outcome: T } | { kind: 'repeated'; ids: RunIds }

const minute = 60_000

const cure = 'An administrator can raise the limit in the settings.'

/**
 * Enforces the limits of one user over all instances. A limit that is off costs nothing. Tokens are counted when the
 * provider reports them, so a user can exceed the limit; further requests are then refused until the excess is used up.
 */
export class RunLimiter {
  readonly #options: UserLimitsOptions
  /** Counts a user's requests one after the other: otherwise concurrent requests could all see the last free slot. */
  readonly #queue = new KeyedQueue()

  constructor(options: UserLimitsOptions) {
    this.#options = options
  }

  /**
   * Calls `start` if the limits allow another run. Throws `rate_limited` or `too_many_runs`. A repeated request passes
   * without a check: the run that it started may be the one that reached the limit.
   */
  async admit<T>(
    { userId, clientId }: { userId: string; clientId: string },
    start: (limit: LimitState | undefined) => Promise<T>,
  ): Promise<RunAdmitted<T>> {
    const { store, limits } = this.#options
    const { runningPerUser, runsPerMinute, tokensPerMinute } = limits()
    if (runningPerUser === null && runsPerMinute === null && tokensPerMinute === null) {
      return { kind: 'started', outcome: await start(undefined) }
    }
    return this.#queue.run(userId, async () => {
      const { ids, running } = await store.runs.readBeforeStart(userId, clientId)
      if (ids) return { kind: 'repeated', ids }
      // The run that is about to start counts too.
      await this.#refuseAbove(runningPerUser, userId, running + 1)
      return { kind: 'started', outcome: await start(await this.#countRequest(userId)) }
    })
  }

  /** Admits an API client's request under the same limits. It counts as running until `ended` is called. */
  async admitRequest(userId: string): Promise<{ limit: LimitState | undefined; ended: () => void }> {
    return this.#queue.run(userId, async () => {
      const { store, requests, limits } = this.#options
      const { runningPerUser } = limits()
      const running = runningPerUser === null ? 0 : await store.runs.countRunning(userId)
      const ended = requests.add(userId)
      try {
        await this.#refuseAbove(runningPerUser, userId, running)
        return { limit: await this.#countRequest(userId), ended }
      } catch (error) {
        ended()
        throw error
      }
    })
  }

  /** Throws `too_many_runs` if the user's requests plus `answers` are more than allowed. */
  async #refuseAbove(max: number | null, userId: string, answers: number): Promise<void> {
    if (max === null || (await this.#options.requests.isWithin(userId, max, answers))) return
    const message = `You have reached the limit of concurrent answers (${max}). Wait until one ends, or stop one. ${cure}`
    throw new AppError('too_many_runs', { message, reached: { of: 'running', max } })
  }

  /** Throws `rate_limited`. Returns undefined if no limit is set. */
  async #countRequest(userId: string): Promise<LimitState | undefined> {
    const { rateLimits, limits } = this.#options
    const { runsPerMinute, tokensPerMinute } = limits()
    if (tokensPerMinute !== null) {
      refuse(
        await rateLimits.consume(tokensKey(userId), perMinute(tokensPerMinute), 0),
        { of: 'tokens', limit: tokensPerMinute },
        `You have reached the limit of tokens per minute (${tokensPerMinute}).`,
      )
    }
    if (runsPerMinute === null) return undefined
    const answer = await rateLimits.consume(runsKey(userId), perMinute(runsPerMinute))
    refuse(
      answer,
      { of: 'requests', limit: runsPerMinute },
      `You have reached the limit of answers per minute (${runsPerMinute}).`,
    )
    const { remaining, resetMs } = answer
    return { of: 'requests', limit: runsPerMinute, remaining, resetMs }
  }

  /** Subtracts an answer's tokens from the limit per minute. Never rejects because of the limit. */
  async spend(userId: string, tokens: number): Promise<void> {
    const { rateLimits, limits } = this.#options
    const { tokensPerMinute } = limits()
    if (tokensPerMinute === null || tokens <= 0) return
    const answer = await rateLimits.consume(tokensKey(userId), perMinute(tokensPerMinute), tokens)
    if (!answer.allowed) await rateLimits.block(tokensKey(userId), answer.retryAfterMs)
  }
}

const runsKey = (userId: string): string => `runs:${userId}`
const tokensKey = (userId: string): string => `tokens:${userId}`

function perMinute(rate: number): { rate: number; perMs: number; burst: number } {
  return { rate, perMs: minute, burst: rate }
}

function refuse(
  { allowed, retryAfterMs, remaining, resetMs }: LimitAnswer,
  share: Pick<LimitState, 'of' | 'limit'>,
  sentence: string,
): void {
  if (allowed) return
  const message = `${sentence} Try again in ${Math.ceil(retryAfterMs / 1000)} s. ${cure}`
  throw new AppError('rate_limited', { message, retryAfterMs, limit: { ...share, remaining, resetMs } })
}
