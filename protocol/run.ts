import { z } from 'zod'
import { id, limits } from './ids.ts'

/**
 * Where a reader stands in a run: `fence` names the owner whose words it has, `seq` the last entry of that owner's
 * log it knows (0 when unknown), `length` how much text it shows, in UTF-16 units. Rule 4 of a run.
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

/** What a running answer is doing. `queued`: no owner yet; `stopping`: a stop was asked and is not confirmed. */
export const runPhase = z.enum(['queued', 'running', 'stopping'])
export type RunPhase = z.infer<typeof runPhase>

/** Token counts as the provider reported them. */
export const usage = z.object({
  promptTokens: z.number().optional(),
  completionTokens: z.number().optional(),
  /** Of the prompt's, those that the provider read from its cache. */
  cachedTokens: z.number().optional(),
  /** Of the answer's, those that the model thought with. */
  reasoningTokens: z.number().optional(),
})
export type Usage = z.infer<typeof usage>

/** Why an answer ended before its end; `message` is a sentence for a person. */
export const runError = z.object({
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().optional(),
})
export type RunError = z.infer<typeof runError>

/** Why the model ended an answer. `unknown`: its provider gave a reason that means nothing to us. */
export const finishReason = z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'unknown'])
export type FinishReason = z.infer<typeof finishReason>

export const toolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() })
export type ToolCall = z.infer<typeof toolCall>

/**
 * Asks for an answer. Three forms:
 * - `text`: a new message under `parentId` (null or absent in a new chat) and its answer. Editing is the same with the
 *   parent of the edited message: a sibling branch.
 * - `regenerateOf`: another answer beside that one.
 * - `continueOf`: that answer goes on where it stopped.
 * `clientId` is the caller's name for the request: the same id again returns the same run.
 */
export const runStartRequest = z.object({
  clientId: id,
  model: z.string().min(1).max(limits.model),
  text: z.string().min(1, 'must not be empty').max(limits.messageText).optional(),
  chatId: id.optional(),
  parentId: id.nullable().optional(),
  regenerateOf: id.optional(),
  continueOf: id.optional(),
  /** The person pressed Stop before the run had an id. */
  stop: z.boolean().optional(),
})
export type RunStartRequest = z.infer<typeof runStartRequest>

export const runStarted = z.object({
  chatId: z.string(),
  /** The message that is answered. */
  userMessageId: z.string(),
  /** The answer. */
  messageId: z.string(),
  runId: z.string(),
})
export type RunStarted = z.infer<typeof runStarted>
