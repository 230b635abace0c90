import { z } from 'zod'
import { id } from '../ids.ts'
import { limits } from '../limits.ts'
import { finishReason, messageStatus, runError, runPhase, toolCall, usage } from '../run.ts'
import { fileOperation, operation } from './operation.ts'
import { okResponse, page, pageQuery } from './paging.ts'

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
  /** An answer is being written in this chat. */
  running: z.boolean(),
  /** The chat has an answer that its user has not seen. */
  unread: z.boolean(),
})
export type ChatSummary = z.infer<typeof chatSummary>

export const messageView = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  role: z.enum(['user', 'assistant']),
  /** The whole transcript: protocol/transcript.ts splits it into parts. */
  text: z.string(),
  status: messageStatus,
  model: z.string().nullable(),
  createdAt: z.number(),
  /** The run that writes or wrote this message, as long as the server knows it. */
  runId: z.string().nullable(),
  /** Present only while the run is running. */
  phase: runPhase.optional(),
  /** The fence of the text. With the text's length it is a position to follow from. Present only while running. */
  fence: z.number().optional(),
  usage: usage.optional(),
  error: runError.optional(),
  /** `length`: a limit cut the answer, and it can be continued. Absent if the model did not end the answer. */
  finishReason: finishReason.optional(),
  reasoningMs: z.number().optional(),
  toolCalls: z.array(toolCall).optional(),
})
export type MessageView = z.infer<typeof messageView>

export const chatView = chatSummary.extend({
  /** The last message of the branch that is shown. */
  currentId: z.string().nullable(),
  messages: z.array(messageView),
})
export type ChatView = z.infer<typeof chatView>

/** The file that contains exported chats. */
export const chatsFile = z.object({ chats: z.array(chatView) })

export const chatOperations = {
  listChats: operation({
    method: 'GET',
    path: '/api/chats',
    summary: 'List your chats, most recent activity first',
    access: 'user',
    credentials: 'session-or-key',
    query: pageQuery.extend({
      /** Lists only chats whose title contains this, ignoring case. */
      q: z.string().max(200).optional(),
      archived: z.enum(['true', 'false']).default('false'),
      /** Lists only pinned chats, or only the others. */
      pinned: z.enum(['true', 'false']).optional(),
      /** Lists only the chats in this folder. Empty: only the chats in no folder. */
      folder: z.string().max(limits.name).optional(),
    }),
    response: page(chatSummary),
  }),

  getChat: operation({
    method: 'GET',
    path: '/api/chats/{id}',
    summary: 'Get a chat with all of its messages. A running answer has its text so far',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: chatView,
  }),

  exportChats: fileOperation({
    path: '/api/export/chats',
    fileName: 'shoal-chats.json',
    summary:
      'Export your chats with all of their messages, archived ones included, oldest first. The response is streamed; if it breaks off, its JSON is incomplete',
    access: 'user',
    credentials: 'session-or-key',
    query: z.object({
      /** Exports only this chat. */
      id: id.optional(),
    }),
    response: chatsFile,
  }),

  updateChat: operation({
    method: 'PATCH',
    path: '/api/chats/{id}',
    summary: 'Rename, pin, archive or tag a chat, move it to a folder, switch its branch, or mark it as read',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    body: z.object({
      title: z.string().trim().min(1, 'must not be empty').max(limits.title).optional(),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      folder: z.string().max(limits.name).nullable().optional(),
      tags: z.array(z.string().max(50)).max(20).optional(),
      /** The last message of the branch to show from now on. */
      currentId: id.optional(),
      read: z.literal(true).optional(),
    }),
    response: chatSummary,
  }),

  updateChats: operation({
    method: 'PATCH',
    path: '/api/chats',
    summary:
      'Pin, archive, delete or restore several chats, or move them to a folder. Chats that don’t exist are left out',
    access: 'user',
    credentials: 'session-or-key',
    body: z.object({
      ids: z.array(id).min(1).max(limits.pageSize),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      folder: z.string().max(limits.name).nullable().optional(),
      /** True deletes the chats and stops their running answers, false restores deleted chats. */
      deleted: z.boolean().optional(),
    }),
    /** The chats that were changed. */
    response: z.object({ items: z.array(chatSummary) }),
  }),

  deleteChat: operation({
    method: 'DELETE',
    path: '/api/chats/{id}',
    summary: 'Delete a chat and stop its running answers. It can be restored for a day',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: okResponse,
  }),

  restoreChat: operation({
    method: 'POST',
    path: '/api/chats/{id}/restore',
    summary: 'Restore a deleted chat',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: chatSummary,
  }),
}
