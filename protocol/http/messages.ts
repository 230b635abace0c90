import { z } from 'zod'
import { id } from '../ids.ts'
import { limits } from '../limits.ts'
import { chatSummary, chatView } from './chats.ts'
import { operation } from './operation.ts'

/** A chat with its newest message that contains all searched words. */
export const foundMessage = z.object({
  chat: chatSummary,
  messageId: z.string(),
  role: z.enum(['user', 'assistant']),
  /** The text around the first searched word, on one line. */
  excerpt: z.string(),
})
export type FoundMessage = z.infer<typeof foundMessage>

export const messageOperations = {
  deleteMessage: operation({
    method: 'DELETE',
    path: '/api/messages/{id}',
    summary:
      'Delete a message and all messages after it, and stop answers that run there. They can be restored for a day',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: z.object({
      chatId: z.string(),
      currentId: z.string().nullable(),
      deleted: z.array(z.string()),
    }),
  }),

  restoreMessage: operation({
    method: 'POST',
    path: '/api/messages/{id}/restore',
    summary: 'Restore a deleted message and all messages after it',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: chatView,
  }),

  forkChat: operation({
    method: 'POST',
    path: '/api/messages/{id}/fork',
    summary:
      'Fork a chat: create a new chat with copies of this message and all messages before it in its branch. Refused while one of them is still being written',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    body: z.object({
      /** The title of the new chat. Without it, the title is "Fork of" and the title of the chat that is forked. */
      title: z.string().trim().min(1, 'must not be empty').max(limits.title).optional(),
    }),
    response: chatSummary,
  }),

  searchMessages: operation({
    method: 'GET',
    path: '/api/search',
    summary: 'Search your messages for all given words or parts of words, the newest messages first',
    access: 'user',
    credentials: 'session-or-key',
    query: z.object({
      /** Words, or parts of words, that must all be in the message, ignoring case. */
      q: z.string().trim().min(1, 'must have at least 1 character').max(200),
      archived: z.enum(['true', 'false']).default('false'),
      cursor: z.string().max(200).optional(),
    }),
    response: z.object({
      items: z.array(foundMessage),
      /** A search reads a limited amount at once, so a page may have few or no results: continue with this cursor. */
      next: z.string().nullable(),
    }),
  }),
}
