import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'

export const deleteMessage = operation({
  method: 'DELETE',
  path: '/api/messages/{id}',
  summary: 'Delete a message and all that follows it; stops what runs there; can be restored for a day',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: z.object({ chatId: z.string(), currentId: z.string().nullable(), deleted: z.array(z.string()) }),
})
