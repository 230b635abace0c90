import { z } from 'zod'
import { chatSummary } from './chat-views.ts'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'

export const listChats = operation({
  method: 'GET',
  path: '/api/chats',
  summary: 'Your chats, last activity first',
  access: 'user',
  credentials: 'session-or-key',
  query: pageQuery.extend({
    /** Only titles that contain this, without regard to case. */
    q: z.string().max(200).optional(),
    archived: z.enum(['true', 'false']).default('false'),
  }),
  response: page(chatSummary),
})
