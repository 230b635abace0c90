import type { Position } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { createLogReader } from '../coordination/run-log/log-reader.ts'
import type { ReaderEvent, RunLog, Source } from '../coordination/contracts.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'
import { phaseOf } from './present.ts'
import { storedEnd, storedSource } from './run-view.ts'
import type { RunEnd, RunSink, RunView } from './run-view.ts'

export interface FollowedRunPorts {
  log: RunLog
  runs: Pick<Runs, 'readWithText'>
  events: Pick<UserEvents, 'listen'>
  clock: Clock
  logger: Logger
}

export interface FollowedRunHooks {
  /** Called when the store has the end of this run, or the run was deleted. Must report it to the readers here. */
  ended(end: RunEnd): void
  /** The last reader on this instance has left, and this instance does not write the run. */
  readersLeft(): void
}

/** The subscription to a run that another instance writes. */
interface LogSubscription {
  offer(source: Source): void
  close(): void
}

/**
 * One run as this instance shows it to its readers, and where its text comes from:
 *
 * - `driven`: the driver on this instance writes the text into the view.
 * - `followed`: another instance writes it. The text comes from the log, everything else from the run's row.
 * - `moving`: like `followed`, but a new owner has seized the log and has not begun to write.
 * - `closed`: the run has ended or has no reader here.
 */
export class FollowedRun {
  readonly view: RunView
  readonly #ports: FollowedRunPorts
  readonly #hooks: FollowedRunHooks
  #state: { kind: 'driven' | 'closed' } | { kind: 'followed' | 'moving'; subscription: LogSubscription } = {
    kind: 'closed',
  }
  /** The read of the row that is in progress. Any number of calls during it cause one more read, not one each. */
  #reading: Promise<void> | undefined
  #rereadRequested = false

  constructor(ports: FollowedRunPorts, view: RunView, hooks: FollowedRunHooks) {
    this.#ports = ports
    this.view = view
    this.#hooks = hooks
  }

  /** Whether another instance writes it, as far as this instance knows. */
  get isFollowed(): boolean {
    return 'subscription' in this.#state
  }

  /** From now on the driver of this instance writes it, starting from the text that the view has. */
  drive(): void {
    this.close()
    this.#state = { kind: 'driven' }
  }

  /** Like `drive`, for a run that was followed: also updates its readers to the text of the driver. */
  takeOver(source: Source): void {
    const wasMoving = this.#state.kind === 'moving'
    this.drive()
    this.#changeOwner(source, wasMoving)
  }

  /** From now on another instance writes it. */
  follow(): void {
    this.close()
    this.#state = { kind: 'followed', subscription: this.#subscribe() }
  }

  close(): void {
    if ('subscription' in this.#state) this.#state.subscription.close()
    this.#state = { kind: 'closed' }
  }

  /** Attaches a reader. Returns the function that detaches it. */
  attach(position: Position | undefined, sink: RunSink & { opened(view: RunView): void }): () => void {
    sink.opened(this.view)
    const detach = this.view.attach(position, sink)
    if (this.#state.kind === 'moving') sink.link('moving')
    return () => {
      detach()
      if (this.view.readers > 0 || !this.isFollowed) return
      this.close()
      this.#hooks.readersLeft()
    }
  }

  /** Reads the run's row, because the run may have changed (rule 11). Calls during a read cause one more read. */
  async refresh(): Promise<void> {
    if (!this.isFollowed) return
    if (this.#reading) {
      this.#rereadRequested = true
      return this.#reading
    }
    this.#reading = this.#readRow().finally(() => {
      this.#reading = undefined
      if (!this.#rereadRequested) return
      this.#rereadRequested = false
      void this.refresh()
    })
    return this.#reading
  }

  /** Text comes from the log. The end is announced as an event to the user's tabs, and then read from the store. */
  #subscribe(): LogSubscription {
    const { runId, userId } = this.view.identity
    const { events, log, clock, logger } = this.#ports
    const reader = createLogReader({
      log,
      runId,
      from: this.view.source,
      event: (event) => this.#handleLogEvent(event),
      clock,
      logger,
    })
    const leave = events.listen(userId, {
      event: (event) => {
        if (event.name === 'run.ended' && event.runId === runId) void this.refresh()
      },
      gap: () => void this.refresh(),
    })
    return {
      offer: (source) => reader.offer(source),
      close: () => {
        leave()
        reader.close()
      },
    }
  }

  #handleLogEvent(event: ReaderEvent): void {
    if (event.kind === 'ask-store') {
      void this.refresh()
    } else if (event.kind === 'moving') {
      if ('subscription' in this.#state)
        this.#state = { kind: 'moving', subscription: this.#state.subscription }
      this.view.link('moving')
    } else if (event.kind === 'words') {
      this.view.write(event.text, event.seq)
    } else {
      const wasMoving = this.#state.kind === 'moving'
      if ('subscription' in this.#state)
        this.#state = { kind: 'followed', subscription: this.#state.subscription }
      this.#changeOwner(event.source, wasMoving)
    }
  }

  /** A higher fence means that another owner writes now. The first owner that this instance sees is not a move. */
  #changeOwner(source: Source, wasMoving: boolean): void {
    const { view } = this
    const moved = wasMoving || (view.source.fence > 0 && source.fence > view.source.fence)
    view.phase('running')
    view.replace(source)
    if (moved) view.link('moved')
  }

  async #readRow(): Promise<void> {
    const { view } = this
    const { runId } = view.identity
    try {
      const row = await this.#ports.runs.readWithText(runId)
      if (!('subscription' in this.#state)) return
      if (!row) {
        const { text, fence } = view.source
        this.#hooks.ended({ status: 'interrupted', length: text.length, fence })
        return
      }
      this.#state.subscription.offer(storedSource(row))
      if (row.status === 'running') {
        view.phase(phaseOf(row))
        return
      }
      // The row of an ended run has the whole text: it replaces a text that the log left incomplete.
      if (view.source.text.length !== row.text.length) view.replace(storedSource(row))
      this.#hooks.ended(storedEnd(row))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#ports.logger.debug({ err: error, run: runId }, 'the row of a followed run could not be read')
    }
  }
}
