import type { Position } from '../../protocol/index.ts'
import { every } from '../base/index.ts'
import type { Membership, Source } from '../coordination/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import { FollowedRun } from './followed-run.ts'
import type { FollowedRunPorts } from './followed-run.ts'
import { phaseOf } from './present.ts'
import type { RunEnd, RunIdentity, RunSink } from './run-view.ts'
import { RunView, storedEnd, storedSource } from './run-view.ts'

export interface LiveRunsPorts extends FollowedRunPorts {
  membership: Pick<Membership, 'redisHealthy' | 'watch'>
  /** Redis is configured. Without it no log reports new text, and followers poll the store. */
  hasRedis: boolean
}

/** The interval at which followed runs are read from the store while no log reports new text, ms. */
const pollMs = 1000

/**
 * Every run that this instance drives or has a reader of. A reader gets a run from whatever source has it: the driver,
 * the log, or the store. An instance without a reader of a run receives nothing of it (P10).
 */
export class LiveRuns {
  readonly #ports: LiveRunsPorts
  readonly #runs = new Map<string, FollowedRun>()
  readonly #stopping = new AbortController()

  constructor(ports: LiveRunsPorts) {
    this.#ports = ports
  }

  start(): void {
    const { membership, hasRedis, logger } = this.#ports
    void every(() => this.poll(), {
      ms: () => pollMs,
      failed: (error) => logger.error({ err: error }, 'polling followed runs failed'),
      signal: this.#stopping.signal,
    })
    membership.watch({
      departed: () => {
        for (const run of this.#runs.values()) void run.refresh()
      },
      link: (healthy) => {
        for (const { isFollowed, view } of this.#runs.values()) {
          if (isFollowed && hasRedis) view.link(healthy ? 'live' : 'stalled')
        }
      },
    })
  }

  stop(): void {
    this.#stopping.abort()
    for (const run of this.#runs.values()) run.close()
    this.#runs.clear()
  }

  /** The runs that have a reader on this instance: these are claimed first. */
  get readRunIds(): string[] {
    return [...this.#runs].filter(([, { view }]) => view.readers > 0).map(([id]) => id)
  }

  /** The text of a run that this instance drives or follows; undefined if it does neither. */
  peek(runId: string): Source | undefined {
    return this.#runs.get(runId)?.view.source
  }

  /** From now on this instance writes the run; readers that followed it are updated to this text. */
  showOwn(identity: RunIdentity, source: Source): RunView {
    const known = this.#runs.get(identity.runId)
    if (known && !known.view.ended) {
      known.takeOver(source)
      return known.view
    }
    const run = this.#add(new RunView(identity, source, 'running'))
    run.drive()
    return run.view
  }

  /** The run now belongs to another instance. Its readers here follow its log. */
  lose(view: RunView): void {
    const run = this.#current(view)
    if (!run) return
    if (view.readers === 0) {
      this.#remove(run)
      return
    }
    run.follow()
    void run.refresh()
  }

  /** The end is stored: reports it to readers, and forgets the run. */
  end(view: RunView, end: RunEnd): void {
    view.end(end)
    const run = this.#current(view)
    if (run) this.#remove(run)
  }

  /** Resolves with a function that detaches the reader; undefined if the run does not exist or is not this user's. */
  async follow(
    runId: string,
    userId: string,
    position: Position | undefined,
    sink: RunSink & { opened(view: RunView): void },
  ): Promise<(() => void) | undefined> {
    let run = this.#runs.get(runId)
    if (!run) {
      const row = await this.#ports.runs.readWithText(runId)
      if (row?.userId !== userId) return undefined
      // Another reader or a driver may have opened the run while the row was read. From here to `attach` nothing may be
      // awaited: a run is closed when its last reader leaves, which can happen during any await.
      run = this.#runs.get(runId) ?? this.#open(row)
    }
    return run.view.identity.userId === userId ? run.attach(position, sink) : undefined
  }

  /** Reads the rows of followed runs, unless the log reports their text. */
  async poll(): Promise<void> {
    if (this.#ports.hasRedis && this.#ports.membership.redisHealthy()) return
    const read = [...this.#runs.values()].filter(({ view }) => view.readers > 0)
    await Promise.all(read.map((run) => run.refresh()))
  }

  /** Opens a run that this instance does not show yet, from its row. */
  #open(row: ClaimedRun & { meta: MessageMeta }): FollowedRun {
    const { id: runId, messageId, chatId, userId } = row
    const view = new RunView({ runId, messageId, chatId, userId }, storedSource(row), phaseOf(row))
    if (row.status === 'running') {
      const run = this.#add(view)
      run.follow()
      return run
    }
    view.end(storedEnd(row))
    return new FollowedRun(this.#ports, view, { ended: () => {}, readersLeft: () => {} })
  }

  #add(view: RunView): FollowedRun {
    const run: FollowedRun = new FollowedRun(this.#ports, view, {
      ended: (end) => this.end(view, end),
      readersLeft: () => this.#remove(run),
    })
    this.#runs.set(view.identity.runId, run)
    return run
  }

  #current(view: RunView): FollowedRun | undefined {
    const run = this.#runs.get(view.identity.runId)
    return run?.view === view ? run : undefined
  }

  #remove(run: FollowedRun): void {
    run.close()
    const { runId } = run.view.identity
    if (this.#runs.get(runId) === run) this.#runs.delete(runId)
  }
}
