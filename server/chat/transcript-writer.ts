import { isThinking, partsOf, ReasoningSplitter, visibleText } from '../../protocol/index.ts'
import { reasoningClose, reasoningOpen } from '../../protocol/index.ts'
import type { SplitWords, ToolCall, Usage } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'

/**
 * Turns what a provider emits into the one string of a run (protocol/transcript.ts), and keeps what stands beside it.
 * A text that is continued gets no second thinking block: further thoughts go on in a block that is still open, and are
 * left out behind one that is closed. Words never stand inside an open block: it is closed before them.
 */
export class TranscriptWriter {
  readonly #clock: Clock
  #block: 'none' | 'open' | 'closed'
  /** Between the thoughts that are there and those that follow. */
  #gap = ''
  /** A model that wrote its thoughts into its words does so again when it continues. */
  readonly #leading: ReasoningSplitter | undefined
  #thinkingSince: number | undefined
  #reasoningMs: number | undefined
  #usage: Usage | undefined
  #toolCalls: ToolCall[] | undefined

  /** `given`: the transcript that is continued; empty for one that begins. */
  constructor(clock: Clock, given: string) {
    this.#clock = clock
    const thinking = isThinking(given)
    this.#block = given === '' ? 'none' : thinking ? 'open' : 'closed'
    if (thinking && partsOf(given).length > 0) this.#gap = '\n\n'
    if (visibleText(given) !== given) this.#leading = new ReasoningSplitter()
  }

  /** The words that the events add. */
  take(events: UpstreamEvent[]): string {
    let words = ''
    for (const event of events) {
      if (event.kind === 'text') words += this.#speak(event.text)
      else if (event.kind === 'reasoning') words += this.#think(event.text)
      else if (event.kind === 'usage') this.#usage = event.usage
      else this.#toolCalls = event.calls
    }
    return words
  }

  /** What closes the transcript. */
  end(): string {
    const held = this.#leading ? this.#add(this.#leading.end()) : ''
    return held + (this.#thinkingSince === undefined ? '' : this.#close())
  }

  get meta(): MessageMeta {
    return {
      ...(this.#usage ? { usage: this.#usage } : {}),
      ...(this.#toolCalls ? { toolCalls: this.#toolCalls } : {}),
      ...(this.#reasoningMs === undefined ? {} : { reasoningMs: this.#reasoningMs }),
    }
  }

  #speak(text: string): string {
    return this.#add(this.#leading ? this.#leading.push(text) : { reasoning: '', text })
  }

  #add({ reasoning, text }: SplitWords): string {
    return this.#think(reasoning) + (text === '' ? '' : this.#close(text) + text)
  }

  #think(reasoning: string): string {
    if (reasoning === '' || this.#block === 'closed') return ''
    this.#thinkingSince ??= this.#clock.monotonic()
    const before = this.#block === 'none' ? reasoningOpen : this.#gap
    this.#block = 'open'
    this.#gap = ''
    return before + reasoning
  }

  /** Before `text`, or at the end. A block can only lead a transcript, so that nothing but white space is before it. */
  #close(text = ''): string {
    if (this.#block === 'none' && text.trim() !== '') this.#block = 'closed'
    if (this.#block !== 'open') return ''
    this.#block = 'closed'
    if (this.#thinkingSince !== undefined) {
      this.#reasoningMs = Math.round(this.#clock.monotonic() - this.#thinkingSince)
    }
    return reasoningClose
  }
}
