import { reasoningClose, reasoningOpen } from '../../protocol/index.ts'
import type { ToolCall, Usage } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'

/**
 * Turns what a provider emits into the one string of a run (protocol/transcript.ts), and keeps what stands beside it.
 * A text that is continued gets no second thinking block: its reader has the answer already.
 */
export class TranscriptWriter {
  readonly #clock: Clock
  readonly #continuing: boolean
  #thinkingSince: number | undefined
  #reasoningMs: number | undefined
  #usage: Usage | undefined
  #toolCalls: ToolCall[] | undefined

  constructor(clock: Clock, continuing: boolean) {
    this.#clock = clock
    this.#continuing = continuing
  }

  /** The words that the events add. */
  take(events: UpstreamEvent[]): string {
    let words = ''
    for (const event of events) {
      if (event.kind === 'text') words += this.#endThinking() + event.text
      else if (event.kind === 'reasoning') words += this.#think(event.text)
      else if (event.kind === 'usage') this.#usage = event.usage
      else this.#toolCalls = event.calls
    }
    return words
  }

  /** What closes the transcript. */
  end(): string {
    return this.#endThinking()
  }

  get meta(): MessageMeta {
    return {
      ...(this.#usage ? { usage: this.#usage } : {}),
      ...(this.#toolCalls ? { toolCalls: this.#toolCalls } : {}),
      ...(this.#reasoningMs === undefined ? {} : { reasoningMs: this.#reasoningMs }),
    }
  }

  #think(text: string): string {
    if (this.#continuing || this.#reasoningMs !== undefined) return ''
    if (this.#thinkingSince !== undefined) return text
    this.#thinkingSince = this.#clock.monotonic()
    return reasoningOpen + text
  }

  #endThinking(): string {
    if (this.#thinkingSince === undefined || this.#reasoningMs !== undefined) return ''
    this.#reasoningMs = Math.round(this.#clock.monotonic() - this.#thinkingSince)
    return reasoningClose
  }
}
