import type { EndStatus, FinishReason, Position, RunError, RunPhase, Usage } from '../../protocol/index.ts'
import { keep } from '../coordination/run-log/source.ts'
import type { Source } from '../coordination/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'

/** The end of a run, as the store has it. */
export interface RunEnd {
  status: EndStatus
  length: number
  fence: number
  usage?: Usage
  error?: RunError
  finishReason?: FinishReason
  reasoningMs?: number
}

/** The end as readers get it, from what the store keeps with the message. */
export function runEnd(
  place: Pick<RunEnd, 'status' | 'length' | 'fence'>,
  { usage, error, finishReason, reasoningMs }: MessageMeta,
): RunEnd {
  return {
    ...place,
    ...(usage ? { usage } : {}),
    ...(error ? { error } : {}),
    ...(finishReason ? { finishReason } : {}),
    ...(reasoningMs === undefined ? {} : { reasoningMs }),
  }
}

/** The end of a run whose row says that it has ended. */
export function storedEnd(row: ClaimedRun & { meta: MessageMeta }): RunEnd {
  if (row.status === 'running') throw new Error(`run ${row.id} has not ended`)
  return runEnd({ status: row.status, length: row.text.length, fence: row.savedFence }, row.meta)
}

/** The row as a source of text (rule 8 of a reader). */
export function storedSource(row: ClaimedRun): Source {
  return { fence: row.savedFence, seq: row.savedSeq, starts: row.starts, text: row.text }
}

export type RunLink = 'moving' | 'moved' | 'stalled' | 'live'

/** What a reader is told; the frames of `protocol/frames.ts` without their channel. */
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
  phase(phase: RunPhase, place?: number): void
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
 * The text of one run as this instance has it, and who reads it here. Fed either by the driver of the run or by a
 * reader of its log; each reader's own position is kept, since one that comes from the owner may be ahead of a log.
 */
export class RunView {
  readonly identity: RunIdentity
  #source: Source
  #phase: RunPhase
  #place: number | undefined
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

  /** Tells the sink where it stands, then everything that follows. Returns how to leave. */
  attach(position: Position | undefined, sink: RunSink): () => void {
    const reader: Reader = { sink, fence: position?.fence ?? 0, length: position?.length ?? 0 }
    this.#readers.add(reader)
    this.#catchUp(reader, position === undefined)
    if (this.#end) sink.end(this.#end)
    return () => this.#readers.delete(reader)
  }

  /** Words that join the end of the text. */
  write(text: string, seq = this.#source.seq): void {
    const at = this.#source.text.length
    this.#source = { ...this.#source, seq, text: this.#source.text + text }
    for (const reader of this.#readers) {
      // A reader behind another fence, or with a hole, cannot come about: catchUp precedes every fence.
      reader.sink.words(at, text, seq)
      reader.length = Math.max(reader.length, at + text.length)
    }
  }

  /** Another source: a higher fence, or more of the same. Every reader is brought to it from where it stands. */
  replace(source: Source): void {
    this.#source = source
    for (const reader of this.#readers) this.#catchUp(reader, false)
  }

  link(link: RunLink): void {
    for (const { sink } of this.#readers) sink.link(link)
  }

  /** `place`: in the queue of this instance. */
  phase(phase: RunPhase, place?: number): void {
    if (this.#phase === phase && this.#place === place) return
    this.#phase = phase
    this.#place = place
    for (const { sink } of this.#readers) sink.phase(phase, place)
  }

  end(end: RunEnd): void {
    if (this.#end) return
    this.#end = end
    for (const { sink } of this.#readers) sink.end(end)
  }

  #catchUp(reader: Reader, fresh: boolean): void {
    const source = this.#source
    const had = reader.length
    let kept: number
    if (reader.fence > source.fence) {
      // This instance is behind what the reader has seen: nothing to say until it has caught up itself.
      kept = had
    } else if (reader.fence === source.fence) {
      // The same owner's words: a reader that is ahead of a log has what the log will say next.
      kept = this.#end ? Math.min(had, source.text.length) : had
    } else {
      kept = fresh ? 0 : keep(reader, source)
    }
    const descends =
      fresh || reader.fence >= source.fence || source.starts.some(([fence]) => fence === reader.fence)
    const how = kept === had ? 'recovered' : descends ? 'rewind' : 'reset'
    const text = source.fence < reader.fence ? '' : source.text.slice(kept)
    reader.fence = Math.max(reader.fence, source.fence)
    reader.length = kept + text.length
    reader.sink.run({
      how: fresh || had === 0 ? 'recovered' : how,
      keep: kept,
      text,
      position: { fence: reader.fence, seq: source.seq, length: reader.length },
      phase: this.#phase,
    })
  }
}
