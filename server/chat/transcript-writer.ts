import { isThinking, partsOf, ReasoningSplitter, visibleText } from '../../protocol/index.ts'
import { reasoningClose, reasoningOpen } from '../../protocol/index.ts'
import type { SplitText, ToolCall, Usage } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import type { UpstreamEvent } from '../upstream/contracts.ts'
import type { MessageMeta } from '../store/contract/chats.ts'

/**
 * Turns a provider's events into the transcript of a run, which is one string (protocol/transcript.ts), and collects
 * the metadata. A transcript has at most one block of reasoning, at its beginning. In a continued text, further
 * reasoning extends a block that is still open, and is dropped after a closed one. Visible text closes an open block.
 */
export class TranscriptWriter {
  readonly #clock: Clock
  #block: 'none' | 'open' | 'closed'
  /** The separator between reasoning of the continued text and reasoning that follows. */
  #separator = ''
  /** Splits reasoning from text: a model that wrote its reasoning into the text does so again when it continues. */
  readonly #splitter: ReasoningSplitter | undefined
  #thinkingSince: number | undefined
  #reasoningMs: number | undefined
  #usage: Usage | undefined
  #toolCalls: ToolCall[] | undefined

  /** `given`: the transcript that is continued; empty for one that begins. */
  constructor(clock: Clock, given: string) {
    this.#clock = clock
    const thinking = isThinking(given)
    this.#block = given === '' ? 'none' : thinking ? 'open' : 'closed'
    if (thinking && partsOf(given).length > 0) this.#separator = '\n\n'
    if (visibleText(given) !== given) this.#splitter = new ReasoningSplitter()
  }

  /** Returns what the events add to the transcript. */
  take(events: UpstreamEvent[]): string {
    let words = ''
    for (const event of events) {
      if (event.kind === 'text') words += this.#addText(event.text)
      else if (event.kind === 'reasoning') words += this.#addReasoning(event.text)
      else if (event.kind === 'usage') this.#usage = event.usage
      else this.#toolCalls = event.calls
    }
    return words
  }

  /** Returns what completes the transcript. */
  end(): string {
    const held = this.#splitter ? this.#addSplit(this.#splitter.end()) : ''
    return held + (this.#thinkingSince === undefined ? '' : this.#close())
  }

  get meta(): MessageMeta {
    return {
      ...(this.#usage ? { usage: this.#usage } : {}),
      ...(this.#toolCalls ? { toolCalls: this.#toolCalls } : {}),
      ...(this.#reasoningMs === undefined ? {} : { reasoningMs: this.#reasoningMs }),
    }
  }

  #addText(text: string): string {
    return this.#addSplit(this.#splitter ? this.#splitter.push(text) : { reasoning: '', text })
  }

  #addSplit({ reasoning, text }: SplitText): string {
    return this.#addReasoning(reasoning) + (text === '' ? '' : this.#close(text) + text)
  }

  #addReasoning(reasoning: string): string {
    if (reasoning === '' || this.#block === 'closed') return ''
    this.#thinkingSince ??= this.#clock.monotonic()
    const before = this.#block === 'none' ? reasoningOpen : this.#separator
    this.#block = 'open'
    this.#separator = ''
    return before + reasoning
  }

  /** Closes an open block before `text`, or at the end. After visible text no block can begin any more. */
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
