import type { LimitState, Role, ToolCall, Usage, UserView } from '../../protocol/index.ts'

/** Who asks; what `http` knows of a caller. */
export interface CompatCaller {
  user: UserView
  role: Role
  sessionId: string | null
  apiKeyId: string | null
}

export interface CompletionMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** What a model says, as it says it. */
export type CompletionEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  /** The whole list so far: sent again whenever it grew. */
  | { kind: 'tool-calls'; calls: ToolCall[] }
  | { kind: 'usage'; usage: Usage }

export interface CompletionRequest {
  caller: CompatCaller
  /** A model's id as `listModels` names it. */
  model: string
  messages: CompletionMessage[]
  maxTokens?: number
  /** Further fields of the request, for the provider, as they came. */
  params: Record<string, unknown>
  /** The client has gone: close the provider's connection. */
  signal: AbortSignal
  /** A promise pauses the provider until it settles. */
  sink: (events: CompletionEvent[]) => void | Promise<void>
  /** Hears of the limit that counted this request, before the first event. */
  told: (limit: LimitState) => void
}

export interface CompletionEnd {
  reason: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'unknown'
}

/** One answer of a model to somebody else's client: nothing is stored, and nobody takes it over. */
export interface Completions {
  models(caller: CompatCaller): Promise<{ id: string; connectionName: string }[]>
  /** Resolves when the provider ended properly; rejects with an AppError, or with the signal's reason when aborted. */
  complete(request: CompletionRequest): Promise<CompletionEnd>
}
