import { cleanText, createTextCleaner } from '../base/index.ts'
import { limits } from '../../protocol/index.ts'
import type { ToolCall, Usage } from '../../protocol/index.ts'
import type { ContinuationFilter } from './continue-from.ts'
import type { EndReason, UpstreamEvent } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * One piece of a tool call. All pieces of a call have the same index, and its arguments arrive in several pieces. A
 * piece without an index belongs to the call with its id; a piece without an id either, to the latest call.
 */
export interface ToolCallPiece {
  index?: number | undefined
  id?: string | undefined
  name?: string | undefined
  arguments?: string | undefined
}

/** Tool calls that one answer may hold. */
const maxCalls = 1000

/** The reason that the provider gave for ending the answer. `error`: a fault of the provider, without any details. */
export type ReportedEnd = EndReason | 'error'

/**
 * Collects the events of a provider's stream, with cleaned text, until `takeEvents` fetches them. Adjacent pieces of
 * text are joined into one event. It does not know wire formats: the decoder of each format feeds it.
 */
export class AnswerAssembler {
  /** The error that the provider reported in its stream. */
  fault: UpstreamError | undefined
  /** The number of lines that were not JSON objects. */
  skippedLines = 0

  #end: ReportedEnd | undefined
  #done = false
  #hasContent = false
  #endWasCancelled = false
  #endHadContent = false
  readonly #filter: ContinuationFilter
  readonly #cleaners = { addText: createTextCleaner(), addReasoning: createTextCleaner() }
  #events: UpstreamEvent[] = []
  readonly #calls = new Map<number, ToolCall & { clean: (piece: string) => string }>()
  #argumentsLength = 0

  constructor(filter: ContinuationFilter) {
    this.#filter = filter
  }

  /** Why the provider ended the answer; undefined until it says so, and again when more content follows. */
  get end(): ReportedEnd | undefined {
    return this.#end
  }

  /** Whether the provider marked the stream as complete. More content cancels this, too. */
  get isDone(): boolean {
    return this.#done
  }

  get hasEnded(): boolean {
    return this.#done || this.#end !== undefined
  }

  /** Whether an end came after some content, and no earlier end of this answer was followed by more content. */
  get isEndCredible(): boolean {
    return this.hasEnded && this.#hasContent && !this.#endWasCancelled
  }

  /** Whether the end is credible and came in a piece without content: some providers put an end on every piece. */
  get isEndCertain(): boolean {
    return this.#done && this.isEndCredible && !this.#endHadContent
  }

  /** `withContent`: the same piece also held content. */
  reportEnd(reason: ReportedEnd, withContent: boolean): void {
    this.#end = reason
    this.#endHadContent = withContent
  }

  /**
   * `withContent`: as in `reportEnd`. A mark in a piece of its own makes an earlier end certain that came with content.
   */
  reportDone(withContent = false): void {
    this.#done = true
    this.#endHadContent = withContent
  }

  text(piece: string): void {
    this.#noteContent()
    this.#append('reasoning', this.#cleaners.addReasoning.end())
    this.#append('text', this.#filter.push(this.#cleaners.addText.push(piece)))
  }

  reasoning(piece: string): void {
    this.#noteContent()
    this.#append('reasoning', this.#cleaners.addReasoning.push(piece))
  }

  /** Between two calls of `takeEvents` there is one event for all tool calls: each list replaces the list before it. */
  addToolCalls(pieces: ToolCallPiece[]): void {
    if (pieces.length === 0) return
    this.#noteContent()
    for (const piece of pieces) this.#addToCall(piece)
    const calls = [...this.#calls.values()].map(({ id, name, arguments: args }) => ({
      id,
      name,
      arguments: args,
    }))
    const last = this.#events.at(-1)
    if (last?.kind === 'tool-calls') last.calls = calls
    else this.#events.push({ kind: 'tool-calls', calls })
  }

  addUsage(usage: Usage): void {
    this.#events.push({ kind: 'usage', usage })
  }

  get hasToolCalls(): boolean {
    return this.#calls.size > 0
  }

  takeEvents(): UpstreamEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** To be called when the provider ended properly: releases the text that the filter and the cleaners hold back. */
  close(): void {
    this.#append('reasoning', this.#cleaners.addReasoning.end())
    this.#append('text', this.#filter.push(this.#cleaners.addText.end()))
    this.#append('text', this.#filter.end())
  }

  #noteContent(): void {
    this.#hasContent = true
    if (!this.hasEnded) return
    this.#endWasCancelled = true
    this.#end = undefined
    this.#done = false
  }

  #addToCall(piece: ToolCallPiece): void {
    const slot = piece.index ?? this.#slotOf(piece.id)
    let call = this.#calls.get(slot)
    if (!call) {
      const cleaner = createTextCleaner()
      call = { id: '', name: '', arguments: '', clean: (text) => cleaner.push(text) }
      this.#calls.set(slot, call)
    }
    if (piece.id) call.id = cleanText(piece.id)
    if (piece.name) call.name = cleanText(piece.name)
    if (!piece.arguments) return
    call.arguments += call.clean(piece.arguments)
    this.#argumentsLength += piece.arguments.length
    // The chat limits an answer by the length of its text, and arguments are not part of the text.
    if (this.#argumentsLength > limits.answerText || this.#calls.size > maxCalls) {
      throw new UpstreamError('upstream_broke_off', {
        message: 'The answer has more tool calls than Shoal accepts. Try again, or choose another model.',
      })
    }
  }

  #slotOf(id: string | undefined): number {
    const slots = [...this.#calls.keys()]
    if (id === undefined) return slots.at(-1) ?? 0
    return slots.find((slot) => this.#calls.get(slot)?.id === id) ?? slots.length
  }

  #append(kind: 'text' | 'reasoning', text: string): void {
    if (text === '') return
    const last = this.#events.at(-1)
    if (last?.kind === kind) last.text += text
    else this.#events.push({ kind, text })
  }
}
