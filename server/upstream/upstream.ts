import type { ToolCall, Usage } from '../../protocol/index.ts'

/** How a provider is reached. `key` is in the clear here and nowhere else. */
export interface ConnectionConfig {
  id: string
  kind: 'openai' | 'ollama' | 'demo'
  name: string
  baseUrl: string
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: Continues
  /** The provider's names of the models that are offered, without asking it for its list; empty: all that it lists. */
  modelIds: readonly string[]
  /** Its requests carry no parameters but those that OpenAI documents. */
  openAiParamsOnly?: boolean
  source: 'environment' | 'page' | 'built-in'
}

/** What a provider does with a trailing assistant message (rule 15). `auto` is asked once per model. */
export type Continues = 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface GenerateRequest {
  /** The provider's own name of the model. */
  model: string
  messages: PromptMessage[]
  /** Visible text that the answer must go on from, with the way that is known to work here. */
  continueFrom?: {
    text: string
    how: Exclude<Continues, 'auto' | 'none'>
    /** Gives the provider's words as they are, a repetition of the text included: to see what it does with it. */
    uncut?: boolean
  }
  maxTokens?: number
  /** Further body fields, sent as they are. Names that we set ourselves are not overwritten. */
  params?: Record<string, unknown>
}

export type UpstreamEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  /** The whole list so far: sent again whenever it grew. */
  | { kind: 'tool-calls'; calls: ToolCall[] }
  | { kind: 'usage'; usage: Usage }

/** Why a provider ended an answer. `unknown`: it gave a reason that we do not know. */
export type EndReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'unknown'

export interface GenerateEnd {
  reason: EndReason
  /** Lines of the stream that were skipped because they held no object; absent when there were none. */
  skippedLines?: number
}

/**
 * Gets what one piece of the provider's stream held, cleaned of U+0000 and unpaired surrogates. A promise pauses the
 * provider's socket until it settles; that is the only back-pressure.
 */
export type UpstreamSink = (events: UpstreamEvent[]) => void | Promise<void>

/**
 * One provider endpoint.
 *
 * `generate` resolves when the provider has ended properly, and rejects with an `UpstreamError` otherwise, after every
 * event that arrived before the fault. Aborting the signal closes the provider's connection at once and rejects with
 * the signal's reason. With `continueFrom` it emits only what comes after that text.
 */
export interface Upstream {
  listModels(signal: AbortSignal): Promise<UpstreamModel[]>
  generate(request: GenerateRequest, sink: UpstreamSink, signal: AbortSignal): Promise<GenerateEnd>
}

export interface UpstreamModel {
  id: string
  name: string
  /** What serves it, as the provider says (`vllm`, `openai`, …). */
  ownedBy?: string
}
