import type { Clock, Logger } from '../../base/index.ts'
import { DueTimer } from './due-timer.ts'
import type { EntryId, LogEntry, LogNote, LogSubscription, RunLog, Starts, Words } from './run-log.ts'
import { catchUp, sourceOf } from './source.ts'
import type { Source } from './source.ts'
import { Throttle } from './throttle.ts'

export type { Source } from './source.ts'

/** So long without a word, and both log and store are asked. */
const silenceMs = 5000
/** The store is asked this seldom at most. */
const askMs = 1000
/** A log that could not be read is tried again after this. */
const rereadMs = 2000
/** Notes held back while the log is read; more than that are read again instead. */
const heldNotes = 256

/** What a follower of a run is told. */
export type ReaderEvent =
  /** Words that begin at `at`; `at` is always the length of the text so far. */
  | { kind: 'words'; at: number; text: string; fence: number; seq: number }
  /**
   * The reader went over to another fence: cut to `keep`, then add `text` (either may change nothing). A reset where
   * the fence the reader had is no ancestor of the new one; keep is 0 then.
   */
  | { kind: 'rewind' | 'reset'; keep: number; text: string; source: Source }
  /** The owner died and another has seized the log. Once for each fence. */
  | { kind: 'moving' }
  /** Nothing has been heard for 5 s, or there was a gap or a death: the row should be read. Not sent more than once a second. */
  | { kind: 'ask-store' }

/**
 * The reader's half: subscribe, read, merge; holes are read again; another fence is caught up with from the whole log.
 * It holds whatever notes are lost, repeated or late: what is added begins exactly where the text ends.
 */
export interface LogReader {
  readonly source: Source
  /** Text from elsewhere (the stored parts): a source like any other. */
  offer(source: Source): void
  close(): void
}

export interface LogReaderOptions {
  log: RunLog
  runId: string
  /** What the follower has already; fence 0 and no text for a new one. */
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
  readonly #store: Throttle
  readonly #reread: DueTimer
  #fence: number
  #seq: number
  #starts: Starts
  #text: string
  #movingTo = 0
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
    this.#store = new Throttle(options, askMs, () => this.#tell({ kind: 'ask-store' }))
    this.#reread = new DueTimer(options, () => this.#read())
    this.#silence = new DueTimer(options, () => {
      this.#silence.in(silenceMs)
      this.#store.ask()
      this.#read()
    })
    this.#silence.in(silenceMs)
    this.#subscription = log.follow(runId, {
      note: (note) => this.#note(note),
      gap: () => {
        if (this.#closed) return
        this.#store.ask()
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
    for (const timer of [this.#silence, this.#store, this.#reread]) timer.stop()
    this.#held = []
  }

  #note(note: LogNote): void {
    if (this.#closed || this.#apply(note)) return
    if (!this.#reading) this.#read()
    // Notes that do not join yet may do so after what is being read.
    if (this.#held.length < heldNotes) this.#held.push(note)
    else this.#readAgain = true
  }

  /** False where the log must be read to make sense of it. */
  #apply(note: LogNote | LogEntry): boolean {
    if (note.kind === 'seized') {
      if (note.fence > Math.max(this.#fence, this.#movingTo)) {
        this.#movingTo = note.fence
        this.#tell({ kind: 'moving' })
      }
      return true
    }
    if (note.kind === 'unknown') {
      this.#store.ask()
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
    this.#tell({ kind: 'words', at: length, text: added, fence: this.#fence, seq: this.#seq })
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
      this.#tell({ kind: 'words', at: length, text: step.text, fence: this.#fence, seq: this.#seq })
      return
    }
    this.#fence = source.fence
    this.#seq = source.seq
    this.#text = source.text
    this.#tell({ kind: step.kind, keep: step.keep, text: step.text, source })
  }

  #read(after?: Promise<void>): void {
    if (this.#closed) return
    if (this.#reading) {
      this.#readAgain = true
      return
    }
    this.#reading = true
    this.#readUntilJoined(after).catch((error: unknown) => {
      this.#options.logger.error({ err: error, runId: this.#options.runId }, 'a follower of a run log failed')
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
    // A snapshot is the first entry of its log: what follows it is all there is.
    const whole = entries[0]?.kind === 'snapshot'
    if (whole) return this.#take(entries)
    if (entries.every((entry) => this.#apply(entry))) return
    const all = await log.read(runId)
    if (this.#closed) return
    if (all === 'unavailable') return this.#unreadable()
    this.#take(all)
  }

  #take(entries: LogEntry[]): void {
    const source = sourceOf(entries)
    if (source) this.#catchUp(source)
    else this.#store.ask()
    for (const entry of entries) if (entry.kind === 'seized') this.#apply(entry)
  }

  #unreadable(): void {
    this.#held = []
    this.#readAgain = false
    this.#reread.in(rereadMs)
    this.#store.ask()
  }

  #tell(event: ReaderEvent): void {
    if (!this.#closed) this.#options.event(event)
  }
}
