import { every, jitter } from '../base/index.ts'
import type { Logger, Sleep } from '../base/index.ts'
import type { ClaimedRun, RunRow, Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRun } from './owned-run.ts'
import type { DriverHooks, RunDriver } from './run-driver.ts'
import type { RunSaver } from './run-saver.ts'
import type { RunEnd, RunView } from './run-view.ts'
import type { Plan } from './plan-takeover.ts'

/** The interval of the comparison with the store, ms. */
const compareMs = 2000

/** The members of a run's driver that this class uses. */
export type DriverOfRun = Pick<
  RunDriver,
  'check' | 'fence' | 'id' | 'release' | 'detach' | 'run' | 'stop' | 'view' | 'writeToEnd'
>

export interface OwnedRunsPorts {
  runs: Pick<Runs, 'claim' | 'ownedBy' | 'read' | 'readWithText'>
  live: Pick<LiveRuns, 'end' | 'lose' | 'showOwn'>
  saver: Pick<RunSaver, 'saveNow' | 'start' | 'stop'>
  createDriver: (run: OwnedRun, view: RunView, hooks: DriverHooks) => DriverOfRun
  planTakeover: (claimed: ClaimedRun) => Promise<Plan>
  /** Called when a run that this instance drove has ended and the end is stored. */
  ended: (run: RunRow, end: RunEnd) => void
  /** This incarnation, as the store names owners. */
  me: string
  /** The maximum of concurrent takeovers. */
  maxTakeovers: number
  sleep: Sleep
  logger: Logger
}

/**
 * The runs that this instance owns: those that it started and those that it has taken over from dead or drained
 * instances. Every two seconds they are compared with the store (rule 9).
 */
export class OwnedRuns {
  readonly #ports: OwnedRunsPorts
  readonly #drivers = new Map<string, DriverOfRun>()
  /** Runs that are started or claimed, but not driven yet. The comparison with the store skips them. */
  readonly #arriving = new Set<string>()
  /** The fences of takeovers in progress, by run. */
  readonly #takingOver = new Map<string, number>()
  readonly #stopping = new AbortController()
  #takeovers = 0
  /** How many intervals have passed since this instance had runs. */
  #idleIntervals = 0

  constructor(ports: OwnedRunsPorts) {
    this.#ports = ports
  }

  get count(): number {
    return this.#drivers.size + this.#arriving.size
  }

  start(): void {
    this.#ports.saver.start()
    void every(() => this.compareIfDue(), {
      ms: () => compareMs,
      failed: (error) => this.#logFailure(error, 'comparing runs with the store failed'),
      signal: this.#stopping.signal,
    })
  }

  /**
   * Called at each interval. Compares every time while this instance has runs, else every third time: only a start or a
   * claim whose reply was lost can have given it a run, and that is rare.
   */
  async compareIfDue(): Promise<void> {
    this.#idleIntervals = this.#drivers.size > 0 ? 0 : this.#idleIntervals + 1
    if (this.#idleIntervals % 3 === 0) await this.compareWithStore()
  }

  /** Marks a run id as arriving until `arrived` or `startWriting` is called for it. */
  markArriving(runId: string): { arrived(): void } {
    this.#arriving.add(runId)
    return { arrived: () => this.#arriving.delete(runId) }
  }

  /** Starts to write a run that this instance owns. Replaces a driver of the same run under an earlier fence. */
  startWriting(run: OwnedRun): void {
    const { id, messageId, chatId, userId, fence } = run.row
    // A driver of an earlier fence that has not noticed the change shares the view: it must not write to it any more.
    this.#drivers.get(id)?.detach()
    const { live, createDriver } = this.#ports
    const view = live.showOwn(
      { runId: id, messageId, chatId, userId },
      { fence, seq: 0, starts: run.starts, text: run.text },
    )
    const driver = createDriver(run, view, {
      ended: (end) => {
        if (this.#forget(driver)) live.end(view, end)
        this.#ports.ended(run.row, end)
      },
      lost: () => {
        if (this.#forget(driver)) live.lose(view)
      },
    })
    this.#drivers.set(id, driver)
    this.#arriving.delete(id)
    void driver.writeToEnd()
  }

  /** The stop column of this run is set. */
  stop(runId: string): void {
    this.#drivers.get(runId)?.stop()
  }

  /** Takes over a run that was just claimed. Waits while `maxTakeovers` takeovers are in progress. Never rejects. */
  async takeOver(claimed: ClaimedRun): Promise<void> {
    const { id, fence } = claimed
    // The comparison may have found the claim in the store before the claim's reply arrived. Two drivers with the same
    // fence would overwrite each other, and no check would stop either.
    if (this.#takingOver.get(id) === fence || (this.#drivers.get(id)?.fence ?? 0) >= fence) return
    const { maxTakeovers, sleep } = this.#ports
    this.#takingOver.set(id, fence)
    const arriving = this.markArriving(id)
    try {
      while (this.#takeovers >= maxTakeovers) await sleep(20 + jitter() * 30)
      this.#takeovers++
      await this.#takeOver(claimed).finally(() => this.#takeovers--)
    } catch (error) {
      // This instance still owns the run: the next comparison retries.
      this.#logFailure(error, 'taking over a run failed', id)
    } finally {
      if (this.#takingOver.get(id) === fence) this.#takingOver.delete(id)
      arriving.arrived()
    }
  }

  async #takeOver(claimed: ClaimedRun): Promise<void> {
    const { logger, planTakeover } = this.#ports
    const plan = await planTakeover(claimed)
    if (plan.kind === 'fenced') {
      logger.info({ run: claimed.id, fence: plan.fence }, 'the log of a claimed run has a higher fence')
      await this.#reclaimAboveFence(claimed, plan.fence)
      return
    }
    const { run } = plan
    logger.info(
      {
        run: claimed.id,
        fence: claimed.fence,
        attempt: claimed.attempt,
        length: run.text.length,
        plan: plan.kind,
      },
      'a run was taken over',
    )
    this.startWriting(plan.kind === 'drive' ? run : { ...run, endAs: plan.status })
  }

  /** The log has a higher fence, because the store has lost a claim: claims again above the log's fence. */
  async #reclaimAboveFence({ id, fence }: RunRow, redisFence: number): Promise<void> {
    const { runs, me, logger } = this.#ports
    const row = await runs.read(id)
    if (!row || row.owner !== me || row.fence !== fence || row.status !== 'running') return
    const claim = { id, me, ownerSeen: me, fenceSeen: fence, redisFence, attempts: 0 as const }
    // No lease and no grace: this instance's own heartbeat and save must not block its claim.
    const claimed = await runs.claim({ ...claim, leaseMs: 0, graceMs: 0 })
    if (claimed) await this.#takeOver(claimed)
    else logger.warn({ run: id }, 'a run of this instance could not be claimed under a higher fence')
  }

  /** Compares the runs that this incarnation owns in the store with those that it drives, and resolves differences. */
  async compareWithStore(): Promise<void> {
    const driven = new Map(this.#drivers)
    const arrivingBefore = new Set(this.#arriving)
    const owned = await this.#ports.runs.ownedBy(this.#ports.me)
    const ownedIds = new Set(owned.map(({ id }) => id))
    for (const row of owned) {
      const driver = this.#drivers.get(row.id)
      if (driver) {
        if (row.stop) driver.stop()
        if (row.fence !== driver.fence) void driver.check()
      } else if (!arrivingBefore.has(row.id) && !this.#arriving.has(row.id) && !driven.has(row.id)) {
        void this.#driveUnexpected(row)
      }
    }
    for (const [id, driver] of driven) {
      if (!ownedIds.has(id) && this.#drivers.get(id) === driver) void driver.check()
    }
  }

  /** Drives a run that the store says this instance owns: the reply to its claim or start was lost. */
  async #driveUnexpected(row: RunRow): Promise<void> {
    try {
      const full = await this.#ports.runs.readWithText(row.id)
      if (full?.owner === this.#ports.me && full.status === 'running' && !this.#drivers.has(row.id)) {
        await this.takeOver(full)
      }
    } catch (error) {
      this.#logFailure(error, 'a run of this instance could not be read', row.id)
    }
  }

  /** False if another driver has replaced this one; the view then belongs to that driver. */
  #forget(driver: DriverOfRun): boolean {
    return this.#drivers.get(driver.id) === driver && this.#drivers.delete(driver.id)
  }

  /** Saves and gives up every run that is still being written. Returns how many it gave up. */
  async releaseAll(): Promise<number> {
    this.#stopping.abort()
    const drivers = [...this.#drivers.values()]
    const released = await Promise.allSettled(drivers.map((driver) => driver.release()))
    for (const driver of drivers) {
      if (this.#forget(driver)) this.#ports.live.lose(driver.view)
    }
    return released.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
  }

  /** Saves all unsaved text at the beginning of a drain. */
  async saveNow(): Promise<void> {
    await this.#ports.saver.saveNow()
  }

  stopTimers(): void {
    this.#stopping.abort()
    this.#ports.saver.stop()
  }

  #logFailure(error: unknown, message: string, run?: string): void {
    if (error instanceof StoreError) this.#ports.logger.debug({ err: error, run }, message)
    else this.#ports.logger.error({ err: error, run }, message)
  }
}
