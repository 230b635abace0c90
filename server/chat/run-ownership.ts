import { backoff } from '../base/index.ts'
import type { Logger, Sleep } from '../base/index.ts'
import type { RunRow, Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import type { OwnedRun } from './owned-run.ts'
import { titleFromWords } from './title.ts'

export interface RunOwnershipPorts {
  runs: Pick<Runs, 'read' | 'restoreLostRun'>
  /** This incarnation, as the store names owners. */
  me: string
  /** Whether the last acknowledged heartbeat of this instance is older than a lease (rule 7). */
  heartbeatIsOld: () => boolean
  sleep: Sleep
  logger: Logger
}

export interface RunOwnershipHooks {
  /** The store confirms that the run still belongs to this owner; `row` is what the store has. */
  confirmed(row: RunRow): void
  /** The run belongs to another owner, has ended, or was deleted: this owner must not write it any more. */
  lost(): void
  /** Text may be delivered again. */
  silenceEnded(): void
}

/** How often a silent owner checks for a new heartbeat, ms. */
const heartbeatPollMs = 100
/** A confirmation that failed for an unexpected reason is retried after this pause, ms. */
const confirmRetryMs = 1000

/**
 * Tracks whether a run belongs to this owner. Only the store decides that (rules 1 and 9), and an owner whose heartbeat
 * is old stays silent until the store has confirmed its fence (rule 7):
 *
 *     held ⇄ unconfirmed        both → over, when the run is lost, handed over, or has ended
 */
export class RunOwnership {
  readonly #ports: RunOwnershipPorts
  readonly #run: OwnedRun
  readonly #hooks: RunOwnershipHooks
  #state: 'held' | 'unconfirmed' | 'over' = 'held'
  /** The last known value of the stop column. */
  #stopRequested: boolean
  #checking: Promise<void> | undefined
  #confirming: Promise<void> | undefined

  constructor(ports: RunOwnershipPorts, run: OwnedRun, hooks: RunOwnershipHooks) {
    this.#ports = ports
    this.#run = run
    this.#hooks = hooks
    this.#stopRequested = run.row.stop
  }

  get over(): boolean {
    return this.#state === 'over'
  }

  get stopRequested(): boolean {
    return this.#stopRequested
  }

  /** Notes that the stop column is set. Returns false if that was known, or if this owner is done with the run. */
  noteStop(): boolean {
    if (this.#stopRequested || this.over) return false
    this.#stopRequested = true
    return true
  }

  /** Whether text may be delivered now. If not, `silenceEnded` is called once it may, unless the run is over. */
  mayDeliver(): boolean {
    if (this.#state === 'held' && this.#ports.heartbeatIsOld()) {
      this.#state = 'unconfirmed'
      this.#confirming = this.#confirm()
        .finally(() => {
          this.#confirming = undefined
          if (!this.over) this.#hooks.silenceEnded()
        })
        .catch((error: unknown) => {
          this.#ports.logger.error(
            { err: error, run: this.#run.row.id },
            'delivering text after a silence failed',
          )
        })
    }
    return this.#state === 'held'
  }

  /** Resolves when the silence has ended or the run is over; at once if there is no silence. */
  async untilConfirmed(): Promise<void> {
    await this.#confirming
  }

  /** Reads the run's row, and then calls `confirmed` or `lost`. Concurrent calls share one read. */
  async check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined))
    return this.#checking
  }

  /** Resolves when the check in progress, if any, is done. */
  async untilChecked(): Promise<void> {
    await this.#checking
  }

  /** This owner is done with the run: no hook is called from now on. */
  end(): void {
    this.#state = 'over'
  }

  async #check(): Promise<void> {
    const row = await this.#readRow()
    if (this.over) return
    const { fence } = this.#run.row
    if (row?.owner === this.#ports.me && row.fence === fence && row.status === 'running') {
      this.#hooks.confirmed(row)
    } else {
      this.end()
      this.#hooks.lost()
    }
  }

  async #confirm(): Promise<void> {
    const { heartbeatIsOld, sleep, logger } = this.#ports
    while (this.#state === 'unconfirmed') {
      if (heartbeatIsOld()) {
        await sleep(heartbeatPollMs)
        continue
      }
      try {
        // Waits for a read in progress, and then reads again: a read that began before the heartbeat was acknowledged
        // proves nothing.
        await this.#checking
        await this.check()
        if (this.#state === 'unconfirmed' && !heartbeatIsOld()) this.#state = 'held'
      } catch (error) {
        logger.warn({ err: error, run: this.#run.row.id }, 'a fence could not be confirmed')
        await sleep(confirmRetryMs)
      }
    }
  }

  /** Reads until the store answers. Undefined if the run was deleted or is over for this owner. */
  async #readRow(): Promise<RunRow | undefined> {
    const { runs, sleep } = this.#ports
    for (let attempt = 0; !this.over; attempt++) {
      try {
        return (await runs.read(this.#run.row.id)) ?? (await this.#restoreRow())
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        await sleep(backoff(attempt, { initialMs: 200, maxMs: 2000 }))
      }
    }
    return undefined
  }

  /**
   * Writes a run again that the store had acknowledged and has lost, as in a failover of PostgreSQL that loses commits.
   * Undefined if a user has deleted the run, or if its conversation cannot be read.
   */
  async #restoreRow(): Promise<RunRow | undefined> {
    const { runs, me, logger } = this.#ports
    const path = await this.#run.path()
    const [first] = path
    if (!first) return undefined
    const row = { ...this.#run.row, owner: me, stop: this.#stopRequested }
    const written = await runs.restoreLostRun({ run: row, path, title: titleFromWords(first.text) })
    if (written) logger.warn({ run: row.id }, 'the store had lost a running answer; it was restored')
    return written
  }
}
