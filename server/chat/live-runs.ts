import type { Position } from '../../protocol/index.ts'
import { every } from '../base/index.ts'
import { createLogReader } from '../coordination/run-log/log-reader.ts'
import type { LogReader, ReaderEvent, Source } from '../coordination/contracts.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import { StoreError } from '../store/store.ts'
import type { ChatContext } from './chat-context.ts'
import type { RunEnd, RunSink } from './run-view.ts'
import { runEnd, RunView } from './run-view.ts'

interface Followed {
  view: RunView
  /** Absent while this instance drives the run itself. */
  reader: LogReader | undefined
  /** The last read of the row, so that many causes make one read. */
  asking: Promise<void> | undefined
  askAgain: boolean
  moving: boolean
}

/** The row as a source of text (rule 8 of a reader). */
export function storedSource(row: ClaimedRun): Source {
  return { fence: row.savedFence, seq: row.savedSeq, starts: row.starts, text: row.text }
}

/**
 * Every run that this instance drives or has a reader of. Somebody who asks for a run here is shown it from wherever
 * it is: the driver, the log, or the store. An instance without a reader of a run receives nothing of it (P10).
 */
export class LiveRuns {
  readonly #context: ChatContext
  readonly #runs = new Map<string, Followed>()
  readonly #stopping = new AbortController()

  constructor(context: ChatContext) {
    this.#context = context
  }

  start(): void {
    // Where no log tells of new words, followers read the store.
    void every(async () => this.#poll(), {
      ms: () => 1000,
      failed: (error) => this.#context.logger.error({ err: error }, 'polling followed runs failed'),
      signal: this.#stopping.signal,
    })
    this.#context.membership.watch({
      gone: () => this.askAll(),
      link: (healthy) => {
        for (const { reader, view } of this.#runs.values()) {
          if (reader && this.#context.shared) view.link(healthy ? 'live' : 'stalled')
        }
      },
    })
  }

  stop(): void {
    this.#stopping.abort()
    for (const { reader } of this.#runs.values()) reader?.close()
    this.#runs.clear()
  }

  /** Whether somebody here reads this run: such runs are claimed first. */
  get readRunIds(): string[] {
    return [...this.#runs].filter(([, { view }]) => view.readers > 0).map(([id]) => id)
  }

  /** The text of a run as this instance has it, where it has it. */
  peek(runId: string): Source | undefined {
    return this.#runs.get(runId)?.view.source
  }

  /** This instance drives the run from now on; readers that followed from afar are brought to its text. */
  showOwn(identity: RunView['identity'], source: Source): RunView {
    const known = this.#runs.get(identity.runId)
    if (!known || known.view.ended) {
      const view = new RunView(identity, source, 'running')
      this.#runs.set(identity.runId, {
        view,
        reader: undefined,
        asking: undefined,
        askAgain: false,
        moving: false,
      })
      return view
    }
    known.reader?.close()
    known.reader = undefined
    this.#goOver(known, source)
    return known.view
  }

  /** The run is somebody else's now. Its readers here follow its log. */
  lose(view: RunView): void {
    const followed = this.#runs.get(view.identity.runId)
    if (followed?.view !== view) return
    if (view.readers === 0) {
      this.#runs.delete(view.identity.runId)
      return
    }
    followed.reader = this.#read(followed)
    void this.ask(view.identity.runId)
  }

  /** The end is stored: readers are told, and the run is forgotten when they have gone. */
  end(view: RunView, end: RunEnd): void {
    const followed = this.#runs.get(view.identity.runId)
    view.end(end)
    if (followed?.view !== view) return
    followed.reader?.close()
    followed.reader = undefined
    this.#runs.delete(view.identity.runId)
  }

  /** Undefined: no such run, or not this user's. Otherwise how to leave. */
  async follow(
    runId: string,
    userId: string,
    position: Position | undefined,
    sink: RunSink & { opened(view: RunView): void },
  ): Promise<(() => void) | undefined> {
    const known = this.#runs.get(runId)
    if (known) return known.view.identity.userId === userId ? this.#attach(known, position, sink) : undefined
    const row = await this.#context.store.runs.readWithText(runId)
    if (!row || row.userId !== userId) return undefined
    // Somebody else may have begun to follow or to drive while the row was read.
    const now = this.#runs.get(runId) ?? this.#followRow(row)
    return this.#attach(now, position, sink)
  }

  /** Something may have happened to this run: the row tells (rule 11). Many calls make one or two reads. */
  async ask(runId: string): Promise<void> {
    const followed = this.#runs.get(runId)
    if (!followed?.reader) return
    if (followed.asking) {
      followed.askAgain = true
      return followed.asking
    }
    followed.asking = this.#askRow(runId, followed).finally(() => {
      followed.asking = undefined
      if (!followed.askAgain) return
      followed.askAgain = false
      void this.ask(runId)
    })
    return followed.asking
  }

  askAll(): void {
    for (const id of this.#runs.keys()) void this.ask(id)
  }

  async #poll(): Promise<void> {
    if (this.#context.shared && this.#context.membership.redisHealthy()) return
    const followed = [...this.#runs].filter(([, { reader, view }]) => reader && view.readers > 0)
    await Promise.all(followed.map(([id]) => this.ask(id)))
  }

  #attach(
    followed: Followed,
    position: Position | undefined,
    sink: RunSink & { opened(view: RunView): void },
  ): () => void {
    const { view } = followed
    sink.opened(view)
    const leave = view.attach(position, sink)
    if (followed.moving) sink.link('moving')
    return () => {
      leave()
      if (view.readers > 0 || !followed.reader) return
      followed.reader.close()
      followed.reader = undefined
      if (this.#runs.get(view.identity.runId) === followed) this.#runs.delete(view.identity.runId)
    }
  }

  #followRow(row: ClaimedRun & { meta: MessageMeta }): Followed {
    const identity = { runId: row.id, messageId: row.messageId, chatId: row.chatId, userId: row.userId }
    const phase = row.stop ? 'stopping' : row.owner === '' ? 'queued' : 'running'
    const view = new RunView(identity, storedSource(row), phase)
    const followed: Followed = { view, reader: undefined, asking: undefined, askAgain: false, moving: false }
    if (row.status !== 'running') {
      view.end(endOf(row))
      return followed
    }
    this.#runs.set(row.id, followed)
    followed.reader = this.#read(followed)
    return followed
  }

  /** Words come by the log; that the run has ended is told to its user's tabs, and read from the store. */
  #read(followed: Followed): LogReader {
    const { view } = followed
    const { runId, userId } = view.identity
    const { events, log, clock, logger } = this.#context
    const reader = createLogReader({
      log,
      runId,
      from: view.source,
      event: (event) => this.#heard(followed, event),
      clock,
      logger,
    })
    const leave = events.listen(userId, {
      event: (event) => {
        if (event.name === 'run.ended' && event.runId === runId) void this.ask(runId)
      },
      gap: () => void this.ask(runId),
    })
    return {
      get source() {
        return reader.source
      },
      offer: (source) => reader.offer(source),
      close() {
        leave()
        reader.close()
      },
    }
  }

  #heard(followed: Followed, event: ReaderEvent): void {
    const { view } = followed
    if (event.kind === 'ask-store') {
      void this.ask(view.identity.runId)
    } else if (event.kind === 'moving') {
      followed.moving = true
      view.link('moving')
    } else if (event.kind === 'words') {
      view.write(event.text, event.seq)
    } else {
      this.#goOver(followed, event.source)
    }
  }

  /** A higher fence: another owner writes now. The first one that is seen is no move. */
  #goOver(followed: Followed, source: Source): void {
    const { view } = followed
    const moved = followed.moving || (view.source.fence > 0 && source.fence > view.source.fence)
    followed.moving = false
    view.phase('running')
    view.replace(source)
    if (moved) view.link('moved')
  }

  async #askRow(runId: string, followed: Followed): Promise<void> {
    try {
      const row = await this.#context.store.runs.readWithText(runId)
      if (this.#runs.get(runId) !== followed || !followed.reader) return
      if (!row) {
        this.end(followed.view, {
          status: 'interrupted',
          length: followed.view.source.text.length,
          fence: followed.view.source.fence,
        })
        return
      }
      followed.reader.offer(storedSource(row))
      if (row.status === 'running') {
        followed.view.phase(row.stop ? 'stopping' : row.owner === '' ? 'queued' : 'running')
        return
      }
      // The end carries the whole text: what the reader could not place, it replaces.
      if (followed.view.source.text.length !== row.text.length) followed.view.replace(storedSource(row))
      this.end(followed.view, endOf(row))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#context.logger.debug({ err: error, run: runId }, 'a followed run could not be read')
    }
  }
}

function endOf(row: ClaimedRun & { meta: MessageMeta }): RunEnd {
  if (row.status === 'running') throw new Error(`run ${row.id} has not ended`)
  return runEnd({ status: row.status, length: row.text.length, fence: row.savedFence }, row.meta)
}
