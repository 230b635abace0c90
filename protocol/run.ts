import { z } from 'zod'
import { id } from './ids.ts'
import { limits } from './limits.ts'

/**
 * A reader's position in a run: `fence` identifies the owner whose text it has, `seq` the last entry of that owner's
 * log that it knows (0 if unknown), `length` the length of its text in UTF-16 units. See rule 4 of a run.
 */
export const position = z.object({
  fence: z.number().int().nonnegative(),
  seq: z.number().int().nonnegative().default(0),
  length: z.number().int().nonnegative(),
})
export type Position = z.infer<typeof position>

export const messageStatus = z.enum(['running', 'done', 'stopped', 'interrupted', 'failed'])
export type MessageStatus = z.infer<typeof messageStatus>
export type EndStatus = Exclude<MessageStatus, 'running'>

/**
 * The phase of a running answer. `queued`: it has no owner yet, or waits for its provider; `stopping`: a stop was
 * requested.
 */
export const runPhase = z.enum(['queued', 'running', 'stopping'])
export type RunPhase = z.infer<typeof runPhase>

/** Token counts that the provider reported. */
export const usage = z.object({
  promptTokens: z.number().optional(),
  completionTokens: z.number().optional(),
  /** Tokens of the prompt that the provider read from its cache. */
  cachedTokens: z.number().optional(),
  /** Tokens of the answer that were used for reasoning. */
  reasoningTokens: z.number().optional(),
})
export type Usage = z.infer<typeof usage>

/**
 * The parts of a failure's message, so that a client can say it in its own language. A client that does not know the
 * reason, or gets no detail, shows `message`.
 */
export const failureDetail = z.object({
  /** An entry of `failureReasons`; absent if the code says everything. */
  reason: z.string().optional(),
  /** The HTTP status of the provider's, or its proxy's, response. */
  status: z.number().optional(),
  model: z.string().optional(),
  /** The time limit that was exceeded. */
  seconds: z.number().optional(),
  /** The provider's own message. */
  quote: z.string().optional(),
  /** The id of an unexpected error in the server's log. */
  errorId: z.string().optional(),
})
export type FailureDetail = z.infer<typeof failureDetail>

/** Why an answer is incomplete; `message` is a sentence for the user. */
export const runError = z.object({
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().optional(),
  detail: failureDetail.optional(),
})
export type RunError = z.infer<typeof runError>

/** Why the model ended an answer. `unknown`: the provider gave a reason that Shoal does not know. */
export const finishReason = z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'unknown'])
export type FinishReason = z.infer<typeof finishReason>

export const toolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() })
export type ToolCall = z.infer<typeof toolCall>

/**
 * Requests an answer. Three forms:
 * - `text`: a new message under `parentId` (null or absent in a new chat) and its answer. To edit a message, send the
 *   new text with the same parent: this creates a sibling branch.
 * - `regenerateOf`: another answer beside that answer.
 * - `continueOf`: continues that answer where it stopped.
 * `clientId` is the caller's id of the request: a request with the same id returns the same run.
 */
export const runStartRequest = z.object({
  clientId: id,
  model: z.string().min(1).max(limits.model),
  text: z.string().min(1, 'must not be empty').max(limits.messageText).optional(),
  chatId: id.optional(),
  parentId: id.nullable().optional(),
  regenerateOf: id.optional(),
  continueOf: id.optional(),
  /** The user pressed Stop before the page knew the run's id. */
  stop: z.boolean().optional(),
})
export type RunStartRequest = z.infer<typeof runStartRequest>

export const runStarted = z.object({
  chatId: z.string(),
  /** The message that the run answers. */
  userMessageId: z.string(),
  /** The answer's message. */
  messageId: z.string(),
  runId: z.string(),
})
export type RunStarted = z.infer<typeof runStarted>
