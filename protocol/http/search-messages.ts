import { z } from 'zod'
import { chatSummary } from './chat-views.ts'
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

export const searchMessages = operation({
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
})
