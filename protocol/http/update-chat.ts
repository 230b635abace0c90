import { z } from 'zod'
import { id, limits } from '../ids.ts'
import { chatSummary } from './chat-views.ts'
import { operation } from './operation.ts'

export const updateChat = operation({
  method: 'PATCH',
  path: '/api/chats/{id}',
  summary: 'Rename, pin, archive, file or tag a chat, switch its branch, or mark it read',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  body: z.object({
    title: z.string().trim().min(1, 'must not be empty').max(limits.title).optional(),
    pinned: z.boolean().optional(),
    archived: z.boolean().optional(),
    folder: z.string().max(limits.name).nullable().optional(),
    tags: z.array(z.string().max(50)).max(20).optional(),
    /** The leaf to show from now on. */
    currentId: id.optional(),
    read: z.literal(true).optional(),
  }),
  response: chatSummary,
})
