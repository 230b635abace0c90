import { z } from 'zod'
import { id } from '../ids.ts'
import { chatView } from './chat-views.ts'
import { operation } from './operation.ts'

export const restoreMessage = operation({
  method: 'POST',
  path: '/api/messages/{id}/restore',
  summary: 'Take the deletion of a message back, with all that followed it',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: chatView,
})
