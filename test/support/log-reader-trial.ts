import { vi } from 'vitest'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import { createLogReader } from '../../server/coordination/run-log/log-reader.ts'
import type { LogReader, ReaderEvent } from '../../server/coordination/run-log/log-reader.ts'
import { MemoryRunLogHub } from '../../server/coordination/run-log/memory-run-log.ts'
import type { MemoryRunLog } from '../../server/coordination/run-log/memory-run-log.ts'
import type { LogNote, Starts } from '../../server/coordination/run-log/run-log.ts'
import type { Source } from '../../server/coordination/run-log/source.ts'

export const runId = 'run'
export const emptySource: Source = { fence: 0, seq: 0, starts: [], text: '' }

/** A reader and an owner on separate handles of a hub. The test controls the time. */
export class ReaderTrial {
  readonly hub: MemoryRunLogHub
  readonly log: MemoryRunLog
  /** The reader's handle. */
  readonly own: MemoryRunLog
  /** Whether the reader receives no notes. */
  deaf = false
  reader: LogReader | undefined
  #events: ReaderEvent[] = []

  constructor() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    this.hub = new MemoryRunLogHub({ clock: systemClock })
    this.log = this.hub.connect()
    this.own = this.hub.connect({ write: () => 'arrives', deliversNote: () => !this.deaf })
  }

  end(): void {
    this.reader?.close()
    this.hub.close()
    vi.useRealTimers()
  }

  async follow(from = emptySource): Promise<void> {
    this.reader = createLogReader({
      log: this.own,
      runId,
      from,
      event: (event) => void this.#events.push(event),
      clock: systemClock,
      logger: silentLogger,
    })
    await this.settle()
  }

  async open(fence: number, text: string, starts: Starts = [[fence, 0]], seq = 1): Promise<void> {
    await this.log.open(runId, { fence, seq }, { starts, text })
    await this.settle()
  }

  async append(fence: number, seq: number, at: number, text: string): Promise<void> {
    await this.log.append(runId, { fence, seq }, { at, text })
    await this.settle()
  }

  async notify(...notes: LogNote[]): Promise<void> {
    for (const note of notes) this.hub.notify(runId, note)
    await this.settle()
  }

  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      vi.advanceTimersByTime(Math.min(50, left))
      await this.settle()
    }
  }

  async settle(): Promise<void> {
    for (let times = 0; times < 3; times++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Returns the events since the last call, one line each. */
  takeEvents(): string[] {
    return this.#events.splice(0).map((event) => {
      if (event.kind === 'words') return `${event.at}+${event.text} ${event.seq}`
      if (event.kind === 'rewind' || event.kind === 'reset')
        return `${event.kind} ${event.keep}+${event.text}`
      return event.kind
    })
  }
}
