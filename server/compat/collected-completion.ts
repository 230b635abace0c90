import type { ToolCall, Usage } from '../../protocol/index.ts'
import { finishReason, usageView } from './completion-chunks.ts'
import type { CompletionHead } from './completion-chunks.ts'
import type { GenerateEnd, UpstreamEvent } from '../chat/index.ts'

/** Collects a model's events into the single JSON object of a response without `stream`. */
export class CollectedCompletion {
  #text = ''
  #reasoning = ''
  #calls: ToolCall[] = []
  #usage: Usage | undefined

  add(events: UpstreamEvent[]): void {
    for (const event of events) {
      if (event.kind === 'text') this.#text += event.text
      else if (event.kind === 'reasoning') this.#reasoning += event.text
      else if (event.kind === 'tool-calls') this.#calls = event.calls
      else this.#usage = event.usage
    }
  }

  toJson({ id, created, model }: CompletionHead, { reason }: GenerateEnd): Record<string, unknown> {
    const calls = this.#calls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    }))
    const message = {
      role: 'assistant',
      content: calls.length > 0 && this.#text === '' ? null : this.#text,
      ...(this.#reasoning === '' ? {} : { reasoning_content: this.#reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    }
    return {
      id,
      object: 'chat.completion',
      created,
      model,
      choices: [{ index: 0, message, finish_reason: finishReason(reason) }],
      ...(this.#usage ? { usage: usageView(this.#usage) } : {}),
    }
  }
}
