import { z } from 'zod'
import { id } from '../ids.ts'
import { chatSummary, chatView } from './chats.ts'
import { operation } from './operation.ts'

/** A chat with its newest message that has all the words. */
export const foundMessage = z.object({
  chat: chatSummary,
  messageId: z.string(),
  role: z.enum(['user', 'assistant']),
  /** The words with what stands around the first of them, on one line. */
  excerpt: z.string(),
})
export type FoundMessage = z.infer<typeof foundMessage>

export const messageOperations = {
  deleteMessage: operation({
    method: 'DELETE',
    path: '/api/messages/{id}',
    summary: 'Delete a message and all that follows it; stops what runs there; can be restored for a day',
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
    summary: 'Take the deletion of a message back, with all that followed it',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: chatView,
  }),

  searchMessages: operation({
    method: 'GET',
    path: '/api/search',
    summary: 'Messages of your chats that have all the words, chats of last activity first',
    access: 'user',
    credentials: 'session-or-key',
    query: z.object({
      /** Words, each of which must stand somewhere in the message, without regard to case. */
      q: z.string().trim().min(2, 'must have at least 2 characters').max(200),
      archived: z.enum(['true', 'false']).default('false'),
      cursor: z.string().max(200).optional(),
    }),
    response: z.object({
      items: z.array(foundMessage),
      /** A page is so many chats looked through, of which few or none may have the words: ask on with this. */
      next: z.string().nullable(),
    }),
  }),
}
