import type { Clock, Logger } from '../../base/index.ts'
import { DueTimer } from './due-timer.ts'
import type { EntryId, LogEntry, LogNote, LogSubscription, RunLog, Starts, Words } from './run-log.ts'
import { catchUp, sourceOf } from './source.ts'
import type { Source } from './source.ts'
import { Throttle } from './throttle.ts'

export type { Source } from './source.ts'

/** After this time without text, the reader queries both the log and the store. */
const silenceMs = 5000
/** The minimum time between two queries to the store. */
const minStoreQueryMs = 1000
/** The time until a failed read of the log is retried. */
const rereadMs = 2000
/** The maximum number of notes held while the log is read. If more arrive, the log is read again instead. */
const maxHeldNotes = 256

/** An event that a reader emits. */
export type ReaderEvent =
  /** Text to append. `at` is always the length of the reader's text before it. */
  | { kind: 'words'; at: number; text: string; fence: number; seq: number }
  /**
   * The reader adopted another fence: cut the text to `keep`, then append `text` (either may change nothing). It is a
   * `reset`, with `keep` 0, if the new fence does not descend from the reader's old fence.
   */
  | { kind: 'rewind' | 'reset'; keep: number; text: string; source: Source }
  /** A claimant has seized the log after the owner's death. Emitted once per fence. */
  | { kind: 'moving' }
  /**
   * Requests that the caller reads the run's row, because no text arrived for 5 s, notes may have been missed, or the
   * log is unreadable. At most once a second.
   */
  | { kind: 'ask-store' }

/**
 * Follows the log of a run that another instance writes, by the rules in docs/design/reader.md. Notes may be lost,
 * repeated or late: every piece of text that the reader emits begins exactly where its text ends.
 */
export interface LogReader {
  readonly source: Source
  /** Catches up with a text from another place (the store), by the same rules as with the log. */
  offer(source: Source): void
  close(): void
}

export interface LogReaderOptions {
  log: RunLog
  runId: string
  /** The position and text that the caller already has; fence 0 and no text for a new reader. */
  from: Source
  event: (event: ReaderEvent) => void
  clock: Clock
  logger: Logger
}

export function createLogReader(options: LogReaderOptions): LogReader {
  return new Reader(options)
}

class Reader implements LogReader {
  readonly #options: LogReaderOptions
  readonly #subscription: LogSubscription
  readonly #silence: DueTimer
  readonly #storeQuery: Throttle
  readonly #reread: DueTimer
  #fence: number
  #seq: number
  #starts: Starts
  #text: string
  #seizedFence = 0
  #reading = false
  #readAgain = false
  #held: LogNote[] = []
  #closed = false

  constructor(options: LogReaderOptions) {
    const { log, runId, from } = options
    this.#options = options
    this.#fence = from.fence
    this.#seq = from.seq
    this.#starts = from.starts
    this.#text = from.text
    this.#storeQuery = new Throttle(options, minStoreQueryMs, () => this.#emit({ kind: 'ask-store' }))
    this.#reread = new DueTimer(options, () => this.#read())
    this.#silence = new DueTimer(options, () => {
      this.#silence.in(silenceMs)
      this.#storeQuery.request()
      this.#read()
    })
    this.#silence.in(silenceMs)
    this.#subscription = log.follow(runId, {
      note: (note) => this.#note(note),
      gap: () => {
        if (this.#closed) return
        this.#storeQuery.request()
        this.#read()
      },
    })
    this.#read(this.#subscription.ready)
  }

  get source(): Source {
    return { fence: this.#fence, seq: this.#seq, starts: this.#starts, text: this.#text }
  }

  offer(source: Source): void {
    if (!this.#closed) this.#catchUp(source)
  }

  close(): void {
    this.#closed = true
    this.#subscription.close()
    for (const timer of [this.#silence, this.#storeQuery, this.#reread]) timer.stop()
    this.#held = []
  }

  #note(note: LogNote): void {
    if (this.#closed || this.#apply(note)) return
    if (!this.#reading) this.#read()
    // Notes that do not continue the reader's text now may continue it after the read.
    if (this.#held.length < maxHeldNotes) this.#held.push(note)
    else this.#readAgain = true
  }

  /** False if the note cannot be applied before the log is read. */
  #apply(note: LogNote | LogEntry): boolean {
    if (note.kind === 'seized') {
      if (note.fence > Math.max(this.#fence, this.#seizedFence)) {
        this.#seizedFence = note.fence
        this.#emit({ kind: 'moving' })
      }
      return true
    }
    if (note.kind === 'unknown') {
      this.#storeQuery.request()
      return true
    }
    if (note.fence !== this.#fence) return note.fence < this.#fence
    return note.kind === 'words' ? this.#addWords(note, note.words) : true
  }

  #addWords({ seq }: EntryId, { at, text }: Words): boolean {
    const length = this.#text.length
    if (at > length) return false
    this.#seq = Math.max(this.#seq, seq)
    const added = text.slice(length - at)
    if (added === '') return true
    this.#text += added
    this.#silence.in(silenceMs)
    this.#emit({ kind: 'words', at: length, text: added, fence: this.#fence, seq: this.#seq })
    return true
  }

  #catchUp(source: Source): void {
    const length = this.#text.length
    const step = catchUp({ fence: this.#fence, length }, source)
    if (source.fence >= this.#fence) this.#starts = source.starts
    if (source.fence === this.#fence) this.#seq = Math.max(this.#seq, source.seq)
    if (!step) return
    this.#silence.in(silenceMs)
    if (step.kind === 'words') {
      this.#text += step.text
      this.#emit({ kind: 'words', at: length, text: step.text, fence: this.#fence, seq: this.#seq })
      return
    }
    this.#fence = source.fence
    this.#seq = source.seq
    this.#text = source.text
    this.#emit({ kind: step.kind, keep: step.keep, text: step.text, source })
  }

  #read(after?: Promise<void>): void {
    if (this.#closed) return
    if (this.#reading) {
      this.#readAgain = true
      return
    }
    this.#reading = true
    this.#readUntilJoined(after).catch((error: unknown) => {
      this.#options.logger.error({ err: error, runId: this.#options.runId }, 'a run log reader failed')
      this.#reread.in(rereadMs)
    })
  }

  async #readUntilJoined(after: Promise<void> | undefined): Promise<void> {
    try {
      await after
      do {
        this.#readAgain = false
        await this.#readOnce()
        if (this.#closed) return
        const held = this.#held.splice(0)
        for (const note of held) if (!this.#apply(note)) this.#readAgain = true
      } while (this.#readAgain)
    } finally {
      this.#reading = false
    }
  }

  async #readOnce(): Promise<void> {
    const { log, runId } = this.#options
    const position = this.#fence > 0 ? { fence: this.#fence, seq: this.#seq } : undefined
    const entries = await log.read(runId, position)
    if (this.#closed) return
    if (entries === 'unavailable') return this.#unreadable()
    // A snapshot is always the first entry of a log, so these entries are the whole log.
    const whole = entries[0]?.kind === 'snapshot'
    if (whole) return this.#catchUpFromLog(entries)
    if (entries.every((entry) => this.#apply(entry))) return
    const all = await log.read(runId)
    if (this.#closed) return
    if (all === 'unavailable') return this.#unreadable()
    this.#catchUpFromLog(all)
  }

  #catchUpFromLog(entries: LogEntry[]): void {
    const source = sourceOf(entries)
    if (source) this.#catchUp(source)
    else this.#storeQuery.request()
    for (const entry of entries) if (entry.kind === 'seized') this.#apply(entry)
  }

  #unreadable(): void {
    this.#held = []
    this.#readAgain = false
    this.#reread.in(rereadMs)
    this.#storeQuery.request()
  }

  #emit(event: ReaderEvent): void {
    if (!this.#closed) this.#options.event(event)
  }
}
