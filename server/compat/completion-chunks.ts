import type { ToolCall, Usage } from '../../protocol/index.ts'
import type { GenerateEnd, UpstreamEvent } from '../chat/index.ts'

export interface CompletionHead {
  id: string
  /** Epoch seconds. */
  created: number
  model: string
}

type Json = Record<string, unknown>

/** Converts a model's events to the chunks of OpenAI's stream. */
export class CompletionChunks {
  readonly #head: CompletionHead
  readonly #withUsage: boolean
  /** How many characters of each tool call's arguments have been sent. */
  readonly #sent: number[] = []
  #usage: Usage | undefined

  constructor(head: CompletionHead, { withUsage }: { withUsage: boolean }) {
    this.#head = head
    this.#withUsage = withUsage
  }

  start(): Json {
    return this.#chunk({ role: 'assistant', content: '' })
  }

  of(event: UpstreamEvent): Json[] {
    switch (event.kind) {
      case 'text':
        return [this.#chunk({ content: event.text })]
      case 'reasoning':
        return [this.#chunk({ reasoning_content: event.text })]
      case 'tool-calls': {
        const grown = event.calls.flatMap((call, index) => this.#growth(call, index))
        return grown.length === 0 ? [] : [this.#chunk({ tool_calls: grown })]
      }
      case 'usage':
      default:
        this.#usage = event.usage
        return []
    }
  }

  end({ reason }: GenerateEnd): Json[] {
    const last = this.#chunk({}, finishReason(reason))
    if (!this.#withUsage || !this.#usage) return [last]
    return [last, { ...this.#chunk({}), choices: [], usage: usageView(this.#usage) }]
  }

  #growth(call: ToolCall, index: number): Json[] {
    const sent = this.#sent[index]
    this.#sent[index] = call.arguments.length
    if (sent === undefined) {
      return [
        {
          index,
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        },
      ]
    }
    const more = call.arguments.slice(sent)
    return more === '' ? [] : [{ index, function: { arguments: more } }]
  }

  #chunk(delta: Json, finish: string | null = null): Json {
    return {
      id: this.#head.id,
      object: 'chat.completion.chunk',
      created: this.#head.created,
      model: this.#head.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...(this.#withUsage ? { usage: null } : {}),
    }
  }
}

/** OpenAI's names: SDKs do not know others. */
const finishReasons: Record<GenerateEnd['reason'], string> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  unknown: 'stop',
}

export function finishReason(reason: GenerateEnd['reason']): string {
  return finishReasons[reason]
}

export function usageView(usage: Usage): Json {
  const { promptTokens = 0, completionTokens = 0, cachedTokens, reasoningTokens } = usage
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  }
}
