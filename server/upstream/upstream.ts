import type { ToolCall, Usage } from '../../protocol/index.ts'

/** The settings of a connection to a provider. `key` is decrypted only here. */
export interface ConnectionConfig {
  id: string
  kind: 'openai' | 'ollama' | 'demo'
  name: string
  baseUrl: string
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: ContinuationMode
  /** The provider's names of the offered models, whose list is then not requested; empty for all models in its list. */
  modelIds: readonly string[]
  /** Whether requests contain only parameters that OpenAI documents. */
  openAiParamsOnly?: boolean
  source: 'environment' | 'page' | 'built-in'
}

/** How a provider continues a text (rule 15). With `auto`, each model is tested once. */
export type ContinuationMode = 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface GenerateRequest {
  /** The provider's name for the model. */
  model: string
  messages: PromptMessage[]
  /** Visible text that the answer must continue, and the mode that is known to work with this model. */
  continueFrom?: {
    text: string
    how: Exclude<ContinuationMode, 'auto' | 'none'>
    /**
     * Returns the provider's text unchanged, including a repetition of the given text. Only the test of `auto` needs
     * it.
     */
    uncut?: boolean
  }
  maxTokens?: number
  /** Further fields of the request body, sent unchanged. They do not overwrite fields that Shoal sets itself. */
  params?: Record<string, unknown>
}

export type UpstreamEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  /** The whole list so far; sent again each time it grows. */
  | { kind: 'tool-calls'; calls: ToolCall[] }
  | { kind: 'usage'; usage: Usage }

/** Why a provider ended an answer. `unknown`: the provider gave a reason that Shoal does not know. */
export type EndReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'unknown'

export interface GenerateEnd {
  reason: EndReason
  /** The number of lines of the stream that were skipped because they held no JSON object; absent if it is 0. */
  skippedLines?: number
}

/**
 * Receives the events of one piece of the provider's stream, without U+0000 and unpaired surrogates. If it returns a
 * promise, the provider's socket is paused until the promise settles; that is the only back-pressure.
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
  /** The server software or owner that the provider names (`vllm`, `openai`, …). */
  ownedBy?: string
}
