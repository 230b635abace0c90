import { cleanText, createTextCleaner } from '../base/index.ts'
import { limits } from '../../protocol/index.ts'
import type { ToolCall, Usage } from '../../protocol/index.ts'
import type { ContinuationFilter } from './continue-from.ts'
import type { EndReason, UpstreamEvent } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * A piece of a tool call: the parts of one call come under one index, the arguments in pieces. Without an index it
 * belongs to the call of its id, and without that to the last one.
 */
export interface ToolCallPiece {
  index?: number | undefined
  id?: string | undefined
  name?: string | undefined
  arguments?: string | undefined
}

const mostCalls = 1000

/** `error`: the provider ended the answer by a fault of its own and said nothing else about it. */
export type StatedEnd = EndReason | 'error'

/**
 * Gathers what the pieces of a provider's stream say, cleaned, until `take` fetches it: what arrived together goes on
 * together. Knows nothing of wire formats; one decoder for each feeds it.
 */
export class AnswerAssembler {
  /** The provider said that it failed. */
  fault: UpstreamError | undefined
  /** Lines that were no objects. */
  skippedLines = 0

  #end: StatedEnd | undefined
  #done = false
  #anyWords = false
  #endWasWrong = false
  #endHadWords = false
  readonly #filter: ContinuationFilter
  readonly #cleaners = { text: createTextCleaner(), reasoning: createTextCleaner() }
  #events: UpstreamEvent[] = []
  readonly #calls = new Map<number, ToolCall & { clean: (piece: string) => string }>()
  #argumentsLength = 0

  constructor(filter: ContinuationFilter) {
    this.#filter = filter
  }

  /** Why the provider ended, once it said so. Words that come later cancel it: then it was no end. */
  get end(): StatedEnd | undefined {
    return this.#end
  }

  /** The provider said that nothing more comes. Cancelled by words too. */
  get done(): boolean {
    return this.#done
  }

  get ended(): boolean {
    return this.#done || this.#end !== undefined
  }

  /** An end was stated behind words, and no end of this answer has turned out wrong. */
  get endIsCredible(): boolean {
    return this.ended && this.#anyWords && !this.#endWasWrong
  }

  /** The same, and the end came by itself: some providers put one on every piece. */
  get endIsCertain(): boolean {
    return this.#done && this.endIsCredible && !this.#endHadWords
  }

  /** `withWords`: words came in the same piece. */
  stateEnd(reason: StatedEnd, withWords: boolean): void {
    this.#end = reason
    this.#endHadWords = withWords
  }

  /** `withWords`: as in `stateEnd`. A mark that comes by itself makes an end with words certain. */
  stateDone(withWords = false): void {
    this.#done = true
    this.#endHadWords = withWords
  }

  text(piece: string): void {
    this.#tookWords()
    this.#append('reasoning', this.#cleaners.reasoning.end())
    this.#append('text', this.#filter.push(this.#cleaners.text.push(piece)))
  }

  reasoning(piece: string): void {
    this.#tookWords()
    this.#append('reasoning', this.#cleaners.reasoning.push(piece))
  }

  /** Tool calls go out once per `take`: the last list stands for all before it. */
  toolCalls(pieces: ToolCallPiece[]): void {
    if (pieces.length === 0) return
    this.#tookWords()
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

  usage(usage: Usage): void {
    this.#events.push({ kind: 'usage', usage })
  }

  get hasToolCalls(): boolean {
    return this.#calls.size > 0
  }

  take(): UpstreamEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** The provider ended properly: nothing is waited for any longer. */
  close(): void {
    this.#append('reasoning', this.#cleaners.reasoning.end())
    this.#append('text', this.#filter.push(this.#cleaners.text.end()))
    this.#append('text', this.#filter.end())
  }

  #tookWords(): void {
    this.#anyWords = true
    if (!this.ended) return
    this.#endWasWrong = true
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
    // The chat bounds an answer by its words; a flood of arguments has none.
    if (this.#argumentsLength > limits.answerText || this.#calls.size > mostCalls) {
      throw new UpstreamError('upstream_broke_off', {
        message: 'The model provider asked for more tool calls than an answer may hold.',
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
