import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const deleteChat = operation({
  method: 'DELETE',
  path: '/api/chats/{id}',
  summary: 'Delete a chat; stops what runs in it; can be restored for a day',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: done,
})
