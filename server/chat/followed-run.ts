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
  /** The store holds this end, and the readers here do not know it yet. */
  ended(end: RunEnd): void
  /** Nobody here reads it, and this instance does not write it. */
  unread(): void
}

/** What the follower of a run on another instance holds. */
interface Feed {
  offer(source: Source): void
  close(): void
}

/**
 * One run as this instance shows it, and where its text comes from:
 *
 * - `driven`: the driver on this instance writes into the view.
 * - `followed`: another instance writes it. The words come by the log, everything else from the run's row.
 * - `moving`: the same, and another owner has seized the log, but has not begun to write.
 * - `closed`: it has ended or nobody reads it.
 */
export class FollowedRun {
  readonly view: RunView
  readonly #ports: FollowedRunPorts
  readonly #hooks: FollowedRunHooks
  #state: { kind: 'driven' | 'closed' } | { kind: 'followed' | 'moving'; feed: Feed } = { kind: 'closed' }
  /** The read of the row that is under way, so that many causes make one read, or two. */
  #reading: Promise<void> | undefined
  #readAgain = false

  constructor(ports: FollowedRunPorts, view: RunView, hooks: FollowedRunHooks) {
    this.#ports = ports
    this.view = view
    this.#hooks = hooks
  }

  /** Whether another instance writes it, as far as this one knows. */
  get isFollowed(): boolean {
    return 'feed' in this.#state
  }

  /** The driver of this instance writes it from now on, beginning with the view as it is. */
  drive(): void {
    this.close()
    this.#state = { kind: 'driven' }
  }

  /** The same for a run that was followed: its readers are brought to the driver's text. */
  takeOver(source: Source): void {
    const moving = this.#state.kind === 'moving'
    this.drive()
    this.#changeOwner(source, moving)
  }

  /** Another instance writes it from now on. */
  follow(): void {
    this.close()
    this.#state = { kind: 'followed', feed: this.#openFeed() }
  }

  close(): void {
    if ('feed' in this.#state) this.#state.feed.close()
    this.#state = { kind: 'closed' }
  }

  /** Shows it to a reader. Returns how the reader leaves. */
  attach(position: Position | undefined, sink: RunSink & { opened(view: RunView): void }): () => void {
    sink.opened(this.view)
    const detach = this.view.attach(position, sink)
    if (this.#state.kind === 'moving') sink.link('moving')
    return () => {
      detach()
      if (this.view.readers > 0 || !this.isFollowed) return
      this.close()
      this.#hooks.unread()
    }
  }

  /** Something may have happened to the run: its row tells (rule 11). Calls during a read make one more read. */
  async refresh(): Promise<void> {
    if (!this.isFollowed) return
    if (this.#reading) {
      this.#readAgain = true
      return this.#reading
    }
    this.#reading = this.#readRow().finally(() => {
      this.#reading = undefined
      if (!this.#readAgain) return
      this.#readAgain = false
      void this.refresh()
    })
    return this.#reading
  }

  /** Words come by the log; that the run has ended is announced to its user's tabs, and read from the store. */
  #openFeed(): Feed {
    const { runId, userId } = this.view.identity
    const { events, log, clock, logger } = this.#ports
    const reader = createLogReader({
      log,
      runId,
      from: this.view.source,
      event: (event) => this.#onLog(event),
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

  #onLog(event: ReaderEvent): void {
    if (event.kind === 'ask-store') {
      void this.refresh()
    } else if (event.kind === 'moving') {
      if ('feed' in this.#state) this.#state = { kind: 'moving', feed: this.#state.feed }
      this.view.link('moving')
    } else if (event.kind === 'words') {
      this.view.write(event.text, event.seq)
    } else {
      const moving = this.#state.kind === 'moving'
      if ('feed' in this.#state) this.#state = { kind: 'followed', feed: this.#state.feed }
      this.#changeOwner(event.source, moving)
    }
  }

  /** A higher fence: another owner writes now. The first owner that is seen is no move. */
  #changeOwner(source: Source, moving: boolean): void {
    const { view } = this
    const moved = moving || (view.source.fence > 0 && source.fence > view.source.fence)
    view.phase('running')
    view.replace(source)
    if (moved) view.link('moved')
  }

  async #readRow(): Promise<void> {
    const { view } = this
    const { runId } = view.identity
    try {
      const row = await this.#ports.runs.readWithText(runId)
      if (!('feed' in this.#state)) return
      if (!row) {
        const { text, fence } = view.source
        this.#hooks.ended({ status: 'interrupted', length: text.length, fence })
        return
      }
      this.#state.feed.offer(storedSource(row))
      if (row.status === 'running') {
        view.phase(phaseOf(row))
        return
      }
      // The end carries the whole text: what the reader could not place, it replaces.
      if (view.source.text.length !== row.text.length) view.replace(storedSource(row))
      this.#hooks.ended(storedEnd(row))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#ports.logger.debug({ err: error, run: runId }, 'a followed run could not be read')
    }
  }
}
