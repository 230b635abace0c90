import { every, jitter } from '../base/index.ts'
import type { Clock, Logger, Sleep } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRuns } from './owned-runs.ts'
import type { TakeoverCooldown } from './takeover-cooldown.ts'

export interface OrphansPorts {
  runs: Pick<Runs, 'claimSome' | 'owners'>
  owned: Pick<OwnedRuns, 'takeOver'>
  live: Pick<LiveRuns, 'readRunIds'>
  membership: Pick<Membership, 'members' | 'redisHealthy' | 'self' | 'verdict' | 'watch'>
  cooldown: Pick<TakeoverCooldown, 'active' | 'begin' | 'claimed' | 'known'>
  /** This incarnation, as the store names owners. */
  me: string
  /** Nobody else can own runs of this store. */
  alone: boolean
  /** Redis is configured. */
  shared: boolean
  limits: { leaseMs: number; graceMs: number }
  clock: Clock
  sleep: Sleep
  logger: Logger
}

/** Runs claimed by one statement. */
const batch = 8
/** Without Redis of its own, an instance leaves claims to those that have it, but not for ever (rule 8). */
const holdBackMs = 10_000

/**
 * Finds runs whose owner is no more, or that have none, and takes them over. Death is only believed with proof that is
 * present (rule 3), a batch names the dead (rule 14), and the store decides each claim (rule 1).
 */
export class Orphans {
  readonly #ports: OrphansPorts
  readonly #stopping = new AbortController()
  #redisLostAt: number | undefined
  #sweeping: Promise<void> | undefined
  #again = false

  constructor(ports: OrphansPorts) {
    this.#ports = ports
  }

  start(): void {
    const { membership, cooldown } = this.#ports
    membership.watch({
      gone: () => this.sweepSoon(),
      link: (healthy) => {
        this.#redisLostAt = healthy ? undefined : this.#ports.clock.monotonic()
      },
    })
    void cooldown.begin(this.#stopping.signal).catch((error) => this.#failed(error))
    void every(() => this.#sweepOnce(), {
      ms: () => (membership.redisHealthy() ? 5000 : 1000),
      failed: (error) => this.#failed(error),
      signal: this.#stopping.signal,
      sleep: this.#ports.sleep,
    })
    this.sweepSoon()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** There may be something to claim. Instances that hear the same news do not ask in step. */
  sweepSoon(): void {
    void this.#ports
      .sleep(jitter() * 100, this.#stopping.signal)
      .then(() => this.#sweepOnce())
      .catch((error) => this.#failed(error))
  }

  async #sweepOnce(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    if (this.#sweeping) {
      this.#again = true
      return this.#sweeping
    }
    this.#sweeping = this.#sweep().finally(() => {
      this.#sweeping = undefined
      if (!this.#again) return
      this.#again = false
      this.sweepSoon()
    })
    return this.#sweeping
  }

  async #sweep(): Promise<void> {
    const owners = await this.#ports.runs.owners()
    const dead = this.#ports.cooldown.known
      ? owners.map(({ owner }) => owner).filter((owner) => this.#isDead(owner))
      : []
    if (owners.some(({ owner }) => owner === '')) dead.push('')
    if (dead.length === 0 || this.#holdsBack() || this.#ports.cooldown.active) return
    await this.#claim(dead)
  }

  #isDead(owner: string): boolean {
    const { membership, me, alone } = this.#ports
    if (owner === me || owner === '') return false
    // Whoever holds the lock of an embedded store is the only one alive: a killed and restarted process goes on at once.
    return alone || membership.verdict(owner) === 'dead'
  }

  async #claim(dead: string[]): Promise<void> {
    const { runs, owned, live, cooldown, me, alone, limits, sleep } = this.#ports
    while (!this.#stopping.signal.aborted) {
      const claimed = await runs.claimSome({
        me,
        dead,
        limit: batch,
        first: live.readRunIds,
        leaseMs: alone ? 0 : limits.leaseMs,
        graceMs: alone ? 0 : limits.graceMs,
      })
      if (claimed.length > 0 && !alone) await cooldown.claimed(this.#stopping.signal)
      for (const run of claimed) void owned.takeOver(run)
      // Fewer than asked for: the rest is somebody else's, or the store still holds it back for a moment.
      if (claimed.length < batch) {
        this.#lookAgain()
        return
      }
      await sleep(50 + jitter() * 100, this.#stopping.signal)
    }
  }

  /** The store refuses a claim for at most a lease after the last sign of life: ask again before the next turn. */
  #lookAgain(): void {
    void this.#ports
      .sleep(250 + jitter() * 100, this.#stopping.signal)
      .then(() => this.#sweepOnce())
      .catch((error) => this.#failed(error))
  }

  #holdsBack(): boolean {
    const { membership, shared, clock } = this.#ports
    if (!shared || membership.redisHealthy()) return false
    const someoneElseHasRedis = membership
      .members()
      .some(({ incarnation, redis }) => incarnation !== membership.self && redis)
    if (!someoneElseHasRedis) return false
    this.#redisLostAt ??= clock.monotonic()
    return clock.monotonic() - this.#redisLostAt < holdBackMs
  }

  #failed(error: unknown): void {
    if (error instanceof StoreError)
      this.#ports.logger.debug({ err: error }, 'orphans cannot be looked for now')
    else this.#ports.logger.error({ err: error }, 'looking for orphans failed')
  }
}
