import { every, jitter } from '../base/index.ts'
import type { Logger, Sleep } from '../base/index.ts'
import type { ClaimedRun, RunRow, Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRun } from './owned-run.ts'
import type { DriverHooks, RunDriver } from './run-driver.ts'
import type { RunSaver } from './run-saver.ts'
import type { RunEnd, RunView } from './run-view.ts'
import type { Plan } from './take-over.ts'

/** The time between two turns of the comparison with the store, ms. */
const compareMs = 2000

/** What this class asks of the driver of a run. */
export type DriverOfRun = Pick<
  RunDriver,
  'check' | 'fence' | 'id' | 'release' | 'replace' | 'run' | 'stop' | 'view' | 'writeToEnd'
>

export interface OwnedRunsPorts {
  runs: Pick<Runs, 'claim' | 'ownedBy' | 'read' | 'readWithText'>
  live: Pick<LiveRuns, 'end' | 'lose' | 'showOwn'>
  saver: Pick<RunSaver, 'saveNow' | 'start' | 'stop'>
  createDriver: (run: OwnedRun, view: RunView, hooks: DriverHooks) => DriverOfRun
  planTakeover: (claimed: ClaimedRun) => Promise<Plan>
  /** A run that this instance drove has ended, and the store holds the end. */
  ended: (run: RunRow, end: RunEnd) => void
  /** This incarnation, as the store names owners. */
  me: string
  /** Takeovers under way at once. */
  maxTakeovers: number
  sleep: Sleep
  logger: Logger
}

/**
 * The runs of this instance: those it started and those it has taken over from instances that are no more. Every two
 * seconds they are compared with what the store says (rule 9).
 */
export class OwnedRuns {
  readonly #ports: OwnedRunsPorts
  readonly #drivers = new Map<string, DriverOfRun>()
  /** Under way here: started or claimed, and not driven yet. The comparison with the store leaves them alone. */
  readonly #arriving = new Set<string>()
  /** Fences of takeovers under way, by run. */
  readonly #takingOver = new Map<string, number>()
  readonly #stopping = new AbortController()
  #takeovers = 0
  /** Turns of the comparison since this instance had runs. */
  #idleTurns = 0

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
      failed: (error) => this.#report(error, 'comparing runs with the store failed'),
      signal: this.#stopping.signal,
    })
  }

  /**
   * The turn of the comparison: each one while this instance has runs. While it has none, only every third: that the
   * store gave it a run without a reply getting through is rare.
   */
  async compareIfDue(): Promise<void> {
    this.#idleTurns = this.#drivers.size > 0 ? 0 : this.#idleTurns + 1
    if (this.#idleTurns % 3 === 0) await this.compareWithStore()
  }

  /** Marks a run id as arriving until `arrived` or `startWriting` is called for it. */
  expect(runId: string): { arrived(): void } {
    this.#arriving.add(runId)
    return { arrived: () => this.#arriving.delete(runId) }
  }

  /** Writes a run that is this instance's now, in place of a driver that it had under an earlier fence. */
  startWriting(run: OwnedRun): void {
    const { id, messageId, chatId, userId, fence } = run.row
    // One of an earlier fence that has not noticed yet shares the view: it must not touch it any more.
    this.#drivers.get(id)?.replace()
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

  /** Takes over what was just claimed; at most `takeovers` at once, the rest waits its turn. Never rejects. */
  async takeOver(claimed: ClaimedRun): Promise<void> {
    const { id, fence } = claimed
    // The comparison may have found the claim in the store before its answer came: two drivers with one fence would
    // write over each other, and nothing would stop either.
    if (this.#takingOver.get(id) === fence || (this.#drivers.get(id)?.fence ?? 0) >= fence) return
    const { maxTakeovers, sleep } = this.#ports
    this.#takingOver.set(id, fence)
    const arriving = this.expect(id)
    try {
      while (this.#takeovers >= maxTakeovers) await sleep(20 + jitter() * 30)
      this.#takeovers++
      await this.#takeOver(claimed).finally(() => this.#takeovers--)
    } catch (error) {
      // Still owned by this instance: the next comparison tries again.
      this.#report(error, 'a takeover failed', id)
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
      await this.#claimFromMyself(claimed, plan.fence)
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
      'took a run over',
    )
    this.startWriting(plan.kind === 'drive' ? run : { ...run, endAs: plan.status })
  }

  /** The store has lost a claim that Redis remembers: claim again, above it. */
  async #claimFromMyself({ id, fence }: RunRow, redisFence: number): Promise<void> {
    const { runs, me, logger } = this.#ports
    const row = await runs.read(id)
    if (!row || row.owner !== me || row.fence !== fence || row.status !== 'running') return
    const claim = { id, me, ownerSeen: me, fenceSeen: fence, redisFence, attempts: 0 as const }
    // The own heartbeat must not stand in the way of the own claim.
    const claimed = await runs.claim({ ...claim, leaseMs: 0, graceMs: 0 })
    if (claimed) await this.#takeOver(claimed)
    else logger.warn({ run: id }, 'a run could not be claimed from myself')
  }

  /** What the store says this incarnation owns, against what it drives: drives or lets go of the difference. */
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

  /** The store says that a run is mine, and I know nothing of it: a claim or a start whose answer was lost. */
  async #driveUnexpected(row: RunRow): Promise<void> {
    try {
      const full = await this.#ports.runs.readWithText(row.id)
      if (full?.owner === this.#ports.me && full.status === 'running' && !this.#drivers.has(row.id)) {
        await this.takeOver(full)
      }
    } catch (error) {
      this.#report(error, 'a run of mine could not be read', row.id)
    }
  }

  /** False: another driver of the same run has taken its place, and the view is that one's. */
  #forget(driver: DriverOfRun): boolean {
    return this.#drivers.get(driver.id) === driver && this.#drivers.delete(driver.id)
  }

  /** Saves and gives up every run that is still being written. Answers how many. */
  async releaseAll(): Promise<number> {
    this.#stopping.abort()
    const drivers = [...this.#drivers.values()]
    const released = await Promise.allSettled(drivers.map((driver) => driver.release()))
    for (const driver of drivers) {
      if (this.#forget(driver)) this.#ports.live.lose(driver.view)
    }
    return released.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
  }

  /** Saves everything now: at the beginning of a drain. */
  async saveNow(): Promise<void> {
    await this.#ports.saver.saveNow()
  }

  stopTurning(): void {
    this.#stopping.abort()
    this.#ports.saver.stop()
  }

  #report(error: unknown, message: string, run?: string): void {
    if (error instanceof StoreError) this.#ports.logger.debug({ err: error, run }, message)
    else this.#ports.logger.error({ err: error, run }, message)
  }
}
