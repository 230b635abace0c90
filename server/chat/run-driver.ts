import { visibleText } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import { createLogWriter } from '../coordination/run-log/log-writer.ts'
import type { LogWriter, RunLog } from '../coordination/contracts.ts'
import type { RunRow, Runs, SavePart } from '../store/contract/runs.ts'
import { AnswerWriter } from './answer-writer.ts'
import type { AnswerEnd } from './answer-writer.ts'
import type { RequestModelPorts } from './request-model.ts'
import type { OwnedRun } from './owned-run.ts'
import { RunDelivery } from './run-delivery.ts'
import type { DeliveryTickers } from './run-delivery.ts'
import { RunOwnership } from './run-ownership.ts'
import type { RunOwnershipPorts } from './run-ownership.ts'
import type { RunSaver, SavableRun } from './run-saver.ts'
import { runEnd } from './run-view.ts'
import type { RunEnd, RunView } from './run-view.ts'
import { saveWholeWithin, storeRunEnd } from './store-run-end.ts'
import type { EndingRun } from './store-run-end.ts'
import { UnsavedText } from './unsaved-text.ts'

export interface RunDriverPorts extends RequestModelPorts, RunOwnershipPorts {
  runs: Pick<Runs, 'read' | 'restoreLostRun' | 'finalise' | 'readWithText' | 'release'>
  log: RunLog
  saver: Pick<RunSaver, 'add' | 'remove' | 'saveSoon' | 'saveNow'>
  tickers: DeliveryTickers
  clock: Clock
  limits: { answerUnits: number; saveUnits: number; pauseUnits: number; releaseMs: number }
}

export interface DriverHooks {
  /** Called when the end is stored. */
  ended(end: RunEnd): void
  /** Called when another owner has the run, or it was deleted. Readers here must follow its log from now on. */
  lost(): void
}

/**
 * Drives one run that this instance owns: connects the parts that write the answer, deliver it and check its ownership,
 * has its text saved, and stores its end.
 */
export class RunDriver implements SavableRun, EndingRun {
  readonly run: OwnedRun
  readonly view: RunView
  readonly #ports: RunDriverPorts
  readonly #hooks: DriverHooks
  readonly #unsaved: UnsavedText
  readonly #log: LogWriter
  readonly #ownership: RunOwnership
  readonly #delivery: RunDelivery
  readonly #writer: AnswerWriter
  #releasing = false

  constructor(ports: RunDriverPorts, run: OwnedRun, view: RunView, hooks: DriverHooks) {
    const { clock, limits, logger, tickers, saver } = ports
    const { row, starts, text } = run
    this.run = run
    this.view = view
    this.#ports = ports
    this.#hooks = hooks
    this.#unsaved = new UnsavedText(run)
    this.#ownership = new RunOwnership(ports, run, {
      confirmed: (row) => this.#confirmed(row),
      lost: () => this.#lost(),
      silenceEnded: () => this.#delivery.resume(),
    })
    this.#log = createLogWriter({
      log: ports.log,
      runId: row.id,
      fence: row.fence,
      starts,
      text,
      fenced: () => void this.check(),
      clock,
      logger,
    })
    this.#delivery = new RunDelivery({
      view,
      log: this.#log,
      unsaved: this.#unsaved,
      ownership: this.#ownership,
      tickers,
      saveSoon: () => saver.saveSoon(),
      limits,
    })
    this.#writer = new AnswerWriter(
      {
        ...ports,
        delivery: this.#delivery,
        reportPosition: (position) =>
          view.phase(position === null ? 'running' : 'queued', position ?? undefined),
        maxUnits: limits.answerUnits,
      },
      run,
    )
  }

  get id(): string {
    return this.run.row.id
  }

  get fence(): number {
    return this.run.row.fence
  }

  get replacesSaved(): boolean {
    return this.#unsaved.replacesSaved
  }

  /** Writes the answer to its stored end, or until the run is given up or lost. Never rejects. */
  async writeToEnd(): Promise<void> {
    const { saver, logger } = this.#ports
    saver.add(this)
    if (this.#ownership.stopRequested) this.view.phase('stopping')
    try {
      const end = await this.#writer.write()
      if (end) await this.#storeEnd(end)
    } catch (error) {
      // `release` gives the run up itself.
      if (this.over || this.#releasing) return
      logger.error({ err: error, run: this.id }, 'writing an answer failed')
      this.#lost()
    }
  }

  /** The stop column is set: the answer ends with the text that it has. */
  stop(): void {
    if (!this.#ownership.noteStop()) return
    this.view.phase('stopping')
    this.#writer.stop()
  }

  /**
   * Hands the run over for a drain: accepts no more text, saves what it has, and only then gives up ownership. Without
   * a log that other instances can read, only this save keeps the text that readers have already seen.
   */
  async release(): Promise<boolean> {
    if (this.over) return false
    const { runs, me, limits, sleep, logger } = this.#ports
    this.#releasing = true
    this.#writer.abandon()
    this.#delivery.flush()
    try {
      await saveWholeWithin(this, limits.releaseMs, sleep)
    } catch (error) {
      // The log may have the text that the store lacks. The next owner reads both.
      logger.warn({ err: error, run: this.id }, 'the last text of a run could not be saved')
    }
    await this.#log.flush(500)
    // The run may have ended, or another instance may have claimed it, during the save.
    if (this.over) return false
    this.detach()
    const released = await runs.release([{ id: this.id, fence: this.fence }], me)
    return released.length > 0
  }

  /** Stops driving and leaves the view as it is, for a later driver of this instance or for a follower. */
  detach(): void {
    this.#leave()
    this.#log.close()
  }

  /** Reads the run's row, and stops driving if this instance does not own the run any more. */
  async check(): Promise<void> {
    return this.#ownership.check()
  }

  // ---- called by the saver ---------------------------------------------------------------------------------------

  unsaved(): SavePart | undefined {
    const part = this.over ? undefined : this.#unsaved.part()
    return part && { ...part, id: this.id, fence: this.fence, seq: this.#log.seq, starts: this.run.starts }
  }

  saved(part: SavePart, { stop }: { stop: boolean }): void {
    this.#unsaved.partSaved(part)
    this.#delivery.resumeProvider()
    if (stop) this.stop()
  }

  refused(): void {
    void this.check()
  }

  // ---- called by storeRunEnd -----------------------------------------------------------------------------------

  get over(): boolean {
    return this.#ownership.over
  }

  get dirty(): boolean {
    return this.unsaved() !== undefined
  }

  async save(): Promise<void> {
    await this.#ports.saver.saveNow()
    await this.#ownership.untilChecked()
  }

  // ---- ownership ------------------------------------------------------------------------------------------------

  #confirmed(row: RunRow): void {
    this.#unsaved.reconcile(row, { starts: this.run.starts, text: this.view.source.text })
    if (row.stop) this.stop()
    this.#delivery.resumeProviderIfAllowed()
  }

  #lost(): void {
    this.detach()
    this.#hooks.lost()
  }

  #leave(): void {
    this.#ownership.end()
    this.#writer.abandon()
    this.#ports.saver.remove(this)
    this.#delivery.close()
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  async #storeEnd({ status, meta }: AnswerEnd): Promise<void> {
    await this.#delivery.flushAfterSilence()
    const stored = await storeRunEnd(this.#ports, this, () => ({
      id: this.id,
      fence: this.fence,
      saved: this.#unsaved.saved,
      status,
      starts: this.run.starts,
      meta,
      said: visibleText(this.view.source.text),
    }))
    if (!stored) return
    this.#leave()
    const { log } = this.#ports
    void this.#log.flush(1000).then(() => {
      this.#log.close()
      return log.retire(this.id)
    })
    this.#hooks.ended(runEnd({ status, length: stored.text.length, fence: this.fence }, meta))
  }
}
