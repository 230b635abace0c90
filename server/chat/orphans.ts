import { every, jitter } from '../base/index.ts'
import type { Clock, Logger, Sleep } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRuns } from './owned-runs.ts'
import type { TakeoverCooldown } from './takeover-cooldown.ts'

export interface OrphansPorts {
  runs: Pick<Runs, 'claimSome' | 'listOwners'>
  owned: Pick<OwnedRuns, 'takeOver'>
  live: Pick<LiveRuns, 'readRunIds'>
  membership: Pick<Membership, 'members' | 'redisHealthy' | 'self' | 'verdict' | 'watch'>
  cooldown: Pick<TakeoverCooldown, 'active' | 'begin' | 'claimed' | 'hasChecked'>
  /** This incarnation, as the store names owners. */
  me: string
  /** No other instance can own runs of this store. */
  alone: boolean
  /** Redis is configured. */
  hasRedis: boolean
  limits: { leaseMs: number; graceMs: number }
  clock: Clock
  sleep: Sleep
  logger: Logger
}

/** How many runs one statement claims at most. */
const claimBatchSize = 8
/** How long an instance without a connection to Redis leaves claims to members that have one, ms (rule 8). */
const holdBackMs = 10_000

/**
 * Finds runs whose owner is dead, and runs without an owner, and takes them over. An owner counts as dead only by the
 * evidence of rule 3, a claim names the dead owners (rule 14), and the store decides each claim (rule 1).
 */
export class Orphans {
  readonly #ports: OrphansPorts
  readonly #stopping = new AbortController()
  #redisLostAt: number | undefined
  #sweeping: Promise<void> | undefined
  #sweepAgain = false

  constructor(ports: OrphansPorts) {
    this.#ports = ports
  }

  start(): void {
    const { membership, cooldown } = this.#ports
    membership.watch({
      departed: () => this.sweepSoon(),
      link: (healthy) => {
        this.#redisLostAt = healthy ? undefined : this.#ports.clock.monotonic()
      },
    })
    void cooldown.begin(this.#stopping.signal).catch((error) => this.#logFailure(error))
    void every(() => this.#sweepOnce(), {
      ms: () => (membership.redisHealthy() ? 5000 : 1000),
      failed: (error) => this.#logFailure(error),
      signal: this.#stopping.signal,
      sleep: this.#ports.sleep,
    })
    this.sweepSoon()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** There may be runs to claim. Sweeps after a random pause, so that not all instances query at the same time. */
  sweepSoon(): void {
    void this.#ports
      .sleep(jitter() * 100, this.#stopping.signal)
      .then(() => this.#sweepOnce())
      .catch((error) => this.#logFailure(error))
  }

  async #sweepOnce(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    if (this.#sweeping) {
      this.#sweepAgain = true
      return this.#sweeping
    }
    this.#sweeping = this.#sweep().finally(() => {
      this.#sweeping = undefined
      if (!this.#sweepAgain) return
      this.#sweepAgain = false
      this.sweepSoon()
    })
    return this.#sweeping
  }

  async #sweep(): Promise<void> {
    const owners = await this.#ports.runs.listOwners()
    const dead = this.#ports.cooldown.hasChecked
      ? owners.map(({ owner }) => owner).filter((owner) => this.#isDead(owner))
      : []
    if (owners.some(({ owner }) => owner === '')) dead.push('')
    if (dead.length === 0 || this.#holdsBack() || this.#ports.cooldown.active) return
    await this.#claim(dead)
  }

  #isDead(owner: string): boolean {
    const { membership, me, alone } = this.#ports
    if (owner === me || owner === '') return false
    // The holder of an embedded store's lock is the only live instance: a restarted process resumes its runs at once.
    return alone || membership.verdict(owner) === 'dead'
  }

  async #claim(dead: string[]): Promise<void> {
    const { runs, owned, live, cooldown, me, alone, limits, sleep } = this.#ports
    while (!this.#stopping.signal.aborted) {
      const claimed = await runs.claimSome({
        me,
        dead,
        limit: claimBatchSize,
        first: live.readRunIds,
        leaseMs: alone ? 0 : limits.leaseMs,
        graceMs: alone ? 0 : limits.graceMs,
      })
      if (claimed.length > 0 && !alone) await cooldown.claimed(this.#stopping.signal)
      for (const run of claimed) void owned.takeOver(run)
      // Fewer than requested: other instances have claimed the rest, or the store refuses those claims for a moment.
      if (claimed.length < claimBatchSize) {
        this.#retrySoon()
        return
      }
      await sleep(50 + jitter() * 100, this.#stopping.signal)
    }
  }

  /** The store refuses a claim until a lease after the owner's last heartbeat or save: retry before the next sweep. */
  #retrySoon(): void {
    void this.#ports
      .sleep(250 + jitter() * 100, this.#stopping.signal)
      .then(() => this.#sweepOnce())
      .catch((error) => this.#logFailure(error))
  }

  #holdsBack(): boolean {
    const { membership, hasRedis, clock } = this.#ports
    if (!hasRedis || membership.redisHealthy()) return false
    const otherMemberHasRedis = membership
      .members()
      .some(({ incarnation, redis }) => incarnation !== membership.self && redis)
    if (!otherMemberHasRedis) return false
    this.#redisLostAt ??= clock.monotonic()
    return clock.monotonic() - this.#redisLostAt < holdBackMs
  }

  #logFailure(error: unknown): void {
    if (error instanceof StoreError)
      this.#ports.logger.debug({ err: error }, 'orphaned runs cannot be searched for now')
    else this.#ports.logger.error({ err: error }, 'searching for orphaned runs failed')
  }
}
