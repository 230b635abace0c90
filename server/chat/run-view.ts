import type { EndStatus, FinishReason, Position, RunError, RunPhase, Usage } from '../../protocol/index.ts'
import { lengthToKeep } from '../coordination/run-log/source.ts'
import type { Source } from '../coordination/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'

/** The stored end of a run. */
export interface RunEnd {
  status: EndStatus
  length: number
  fence: number
  usage?: Usage
  error?: RunError
  finishReason?: FinishReason
  reasoningMs?: number
}

/** The end as readers get it, from the metadata that the store has for the message. */
export function runEnd(
  ending: Pick<RunEnd, 'status' | 'length' | 'fence'>,
  { usage, error, finishReason, reasoningMs }: MessageMeta,
): RunEnd {
  return {
    ...ending,
    ...(usage ? { usage } : {}),
    ...(error ? { error } : {}),
    ...(finishReason ? { finishReason } : {}),
    ...(reasoningMs === undefined ? {} : { reasoningMs }),
  }
}

/** The end of a run, from its row. Throws if the run has not ended. */
export function storedEnd(row: ClaimedRun & { meta: MessageMeta }): RunEnd {
  if (row.status === 'running') throw new Error(`run ${row.id} has not ended`)
  return runEnd({ status: row.status, length: row.text.length, fence: row.savedFence }, row.meta)
}

/** The row of a run as a source of its text (rule 8 of a reader). */
export function storedSource(row: ClaimedRun): Source {
  return { fence: row.savedFence, seq: row.savedSeq, starts: row.starts, text: row.text }
}

export type RunLink = 'moving' | 'moved' | 'stalled' | 'live'

/** What a reader receives: the frames of `protocol/frames.ts` without their channel. */
export interface RunSink {
  run(state: {
    how: 'recovered' | 'rewind' | 'reset'
    keep: number
    text: string
    position: Position
    phase: RunPhase
  }): void
  words(at: number, text: string, seq: number): void
  link(link: RunLink): void
  phase(phase: RunPhase, queuePosition?: number): void
  end(end: RunEnd): void
}

interface Reader {
  sink: RunSink
  fence: number
  length: number
}

export interface RunIdentity {
  runId: string
  messageId: string
  chatId: string
  userId: string
}

/**
 * The text of one run as this instance has it, and the run's readers on this instance. The text comes from the run's
 * driver or from its log. Each reader has its own position, since a reader that comes from the owner's instance may be
 * ahead of the log.
 */
export class RunView {
  readonly identity: RunIdentity
  #source: Source
  #phase: RunPhase
  #queuePosition: number | undefined
  #end: RunEnd | undefined
  readonly #readers = new Set<Reader>()

  constructor(identity: RunIdentity, source: Source, phase: RunPhase) {
    this.identity = identity
    this.#source = source
    this.#phase = phase
  }

  get source(): Source {
    return this.#source
  }

  get readers(): number {
    return this.#readers.size
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  /** Sends the sink the state of the run, and then every change. Returns the function that detaches it. */
  attach(position: Position | undefined, sink: RunSink): () => void {
    const reader: Reader = { sink, fence: position?.fence ?? 0, length: position?.length ?? 0 }
    this.#readers.add(reader)
    this.#catchUp(reader, position === undefined)
    if (this.#end) sink.end(this.#end)
    return () => this.#readers.delete(reader)
  }

  /** Appends to the text. */
  write(text: string, seq = this.#source.seq): void {
    const at = this.#source.text.length
    this.#source = { ...this.#source, seq, text: this.#source.text + text }
    for (const reader of this.#readers) {
      // Every reader is at this fence and has all text before `at`: `#catchUp` runs whenever the source changes.
      reader.sink.words(at, text, seq)
      reader.length = Math.max(reader.length, at + text.length)
    }
  }

  /**
   * Switches to another source: a higher fence, or more text of the same one. Updates each reader from its position.
   */
  replace(source: Source): void {
    this.#source = source
    for (const reader of this.#readers) this.#catchUp(reader, false)
  }

  link(link: RunLink): void {
    for (const { sink } of this.#readers) sink.link(link)
  }

  /** `queuePosition`: the position in this instance's queue for providers. */
  phase(phase: RunPhase, queuePosition?: number): void {
    if (this.#phase === phase && this.#queuePosition === queuePosition) return
    this.#phase = phase
    this.#queuePosition = queuePosition
    for (const { sink } of this.#readers) sink.phase(phase, queuePosition)
  }

  end(end: RunEnd): void {
    if (this.#end) return
    this.#end = end
    for (const { sink } of this.#readers) sink.end(end)
  }

  #catchUp(reader: Reader, fresh: boolean): void {
    const source = this.#source
    const readerLength = reader.length
    let kept: number
    if (reader.fence > source.fence) {
      // This instance has an older source than the reader: it sends nothing until it has caught up.
      kept = readerLength
    } else if (reader.fence === source.fence) {
      // Text of the same owner: a reader that is ahead of the log already has what the log will deliver next.
      kept = this.#end ? Math.min(readerLength, source.text.length) : readerLength
    } else {
      kept = fresh ? 0 : lengthToKeep(reader, source)
    }
    const descends =
      fresh || reader.fence >= source.fence || source.starts.some(([fence]) => fence === reader.fence)
    const how = kept === readerLength ? 'recovered' : descends ? 'rewind' : 'reset'
    const text = source.fence < reader.fence ? '' : source.text.slice(kept)
    reader.fence = Math.max(reader.fence, source.fence)
    reader.length = kept + text.length
    reader.sink.run({
      how: fresh || readerLength === 0 ? 'recovered' : how,
      keep: kept,
      text,
      position: { fence: reader.fence, seq: source.seq, length: reader.length },
      phase: this.#phase,
    })
  }
}
