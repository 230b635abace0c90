import { every, jitter, sleep } from '../base/index.ts'
import type { ClaimedRun, RunRow } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { ChatContext } from './chat-context.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRun } from './owned-run.ts'
import { RunDriver } from './run-driver.ts'
import type { RunDriverPorts } from './run-driver.ts'
import { DeliveryMoments } from './delivery-moments.ts'
import { RunSaver } from './run-saver.ts'
import type { RunEnd } from './run-view.ts'
import { planTakeover } from './take-over.ts'

export interface OwnedRunsHooks {
  /** A run that this instance drove has ended, and the store holds the end. */
  ended(run: OwnedRun['row'], end: RunEnd): void
}

/**
 * The runs of this instance: those it started and those it has taken over from instances that are no more. Every two
 * seconds they are compared with what the store says (rule 9).
 */
export class OwnedRuns {
  readonly #context: ChatContext
  readonly #live: LiveRuns
  readonly #hooks: OwnedRunsHooks
  readonly #saver: RunSaver
  readonly #driverPorts: RunDriverPorts
  readonly #drivers = new Map<string, RunDriver>()
  /** Under way here: started or claimed, and not driven yet. The comparison with the store leaves them alone. */
  readonly #arriving = new Set<string>()
  /** Fences of takeovers under way, by run. */
  readonly #takingOver = new Map<string, number>()
  readonly #stopping = new AbortController()
  #takeovers = 0

  constructor(context: ChatContext, live: LiveRuns, hooks: OwnedRunsHooks) {
    this.#context = context
    this.#live = live
    this.#hooks = hooks
    const { alone, limits, logger, membership, store } = context
    this.#saver = new RunSaver({ runs: store.runs, limits, logger })
    this.#driverPorts = {
      ...context,
      runs: store.runs,
      saver: this.#saver,
      moments: {
        read: new DeliveryMoments(limits.gatherMs, context),
        unread: new DeliveryMoments(limits.gatherUnreadMs, context),
      },
      heartbeatIsOld: () => !alone && membership.sinceAcknowledged() > limits.leaseMs,
    }
  }

  get count(): number {
    return this.#drivers.size + this.#arriving.size
  }

  start(): void {
    this.#saver.start()
    void every(() => this.#compare(), {
      // A run that the store gave to this instance without an answer getting through is rare: look seldom when idle.
      ms: () => (this.#drivers.size > 0 ? 2000 : 6000),
      failed: (error) => this.#report(error, 'comparing runs with the store failed'),
      signal: this.#stopping.signal,
    })
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
    const view = this.#live.showOwn(
      { runId: id, messageId, chatId, userId },
      { fence, seq: 0, starts: run.starts, text: run.text },
    )
    const driver = new RunDriver(this.#driverPorts, run, view, {
      ended: (driver, end) => {
        if (this.#forget(driver)) this.#live.end(driver.view, end)
        this.#hooks.ended(driver.run.row, end)
      },
      lost: (driver) => {
        if (this.#forget(driver)) this.#live.lose(driver.view)
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
    this.#takingOver.set(id, fence)
    const arriving = this.expect(id)
    try {
      while (this.#takeovers >= this.#context.limits.takeovers) await sleep(20 + jitter() * 30)
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
    const { logger } = this.#context
    const plan = await planTakeover(this.#context, claimed)
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
    const { store, me, limits } = this.#context
    const row = await store.runs.read(id)
    if (!row || row.owner !== me || row.fence !== fence || row.status !== 'running') return
    const claim = { id, me, ownerSeen: me, fenceSeen: fence, redisFence, attempts: 0 as const }
    // The own heartbeat must not stand in the way of the own claim.
    const claimed = await store.runs.claim({ ...claim, leaseMs: 0, graceMs: 0 })
    if (claimed) await this.#takeOver(claimed)
    else this.#context.logger.warn({ run: id, limits }, 'a run could not be claimed from myself')
  }

  /** What the store says this incarnation owns, against what it drives: drives or lets go of the difference. */
  async #compare(): Promise<void> {
    const driven = new Map(this.#drivers)
    const arrivingBefore = new Set(this.#arriving)
    const owned = await this.#context.store.runs.ownedBy(this.#context.me)
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
      const full = await this.#context.store.runs.readWithText(row.id)
      if (full?.owner === this.#context.me && full.status === 'running' && !this.#drivers.has(row.id)) {
        await this.takeOver(full)
      }
    } catch (error) {
      this.#report(error, 'a run of mine could not be read', row.id)
    }
  }

  /** False: another driver of the same run has taken its place, and the view is that one's. */
  #forget(driver: RunDriver): boolean {
    return this.#drivers.get(driver.id) === driver && this.#drivers.delete(driver.id)
  }

  /** Saves and gives up every run that is still being written. Answers how many. */
  async releaseAll(): Promise<number> {
    this.#stopping.abort()
    const drivers = [...this.#drivers.values()]
    const released = await Promise.allSettled(drivers.map((driver) => driver.release()))
    for (const driver of drivers) {
      if (this.#forget(driver)) this.#live.lose(driver.view)
    }
    return released.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
  }

  /** Saves everything now: at the beginning of a drain. */
  async saveNow(): Promise<void> {
    await this.#saver.saveNow()
  }

  stopTurning(): void {
    this.#stopping.abort()
    this.#saver.stop()
  }

  #report(error: unknown, message: string, run?: string): void {
    if (error instanceof StoreError) this.#context.logger.debug({ err: error, run }, message)
    else this.#context.logger.error({ err: error, run }, message)
  }
}
