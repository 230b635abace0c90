import { z } from 'zod'
import { finishReason, messageStatus, runError, runPhase, toolCall, usage } from '../run.ts'

/** A chat in a list. */
export const chatSummary = z.object({
  id: z.string(),
  title: z.string(),
  model: z.string().nullable(),
  pinned: z.boolean(),
  archived: z.boolean(),
  folder: z.string().nullable(),
  tags: z.array(z.string()),
  /** Epoch ms. */
  createdAt: z.number(),
  /** Last activity, epoch ms; lists are ordered by it. */
  updatedAt: z.number(),
  /** An answer is being written in it. */
  running: z.boolean(),
  /** It has an answer that its user has not seen. */
  unread: z.boolean(),
})
export type ChatSummary = z.infer<typeof chatSummary>

export const messageView = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  role: z.enum(['user', 'assistant']),
  /** The whole transcript: a leading `<think>` block is the model's reasoning, see protocol/transcript.ts. */
  text: z.string(),
  status: messageStatus,
  model: z.string().nullable(),
  createdAt: z.number(),
  /** The run that writes or wrote it, while that is known. */
  runId: z.string().nullable(),
  /** Only while running. */
  phase: runPhase.optional(),
  /** The fence of the running text; with the text's length, a position to follow from. Only while running. */
  fence: z.number().optional(),
  usage: usage.optional(),
  error: runError.optional(),
  /** `length`: the answer was cut by a limit, and can be continued. Absent where the model did not end it. */
  finishReason: finishReason.optional(),
  reasoningMs: z.number().optional(),
  toolCalls: z.array(toolCall).optional(),
})
export type MessageView = z.infer<typeof messageView>

export const chatView = chatSummary.extend({
  /** The leaf of the branch that is shown. */
  currentId: z.string().nullable(),
  messages: z.array(messageView),
})
export type ChatView = z.infer<typeof chatView>
