import { z } from 'zod'
import { id } from '../ids.ts'
import { chatSummary } from './chat-views.ts'
import { operation } from './operation.ts'

export const restoreChat = operation({
  method: 'POST',
  path: '/api/chats/{id}/restore',
  summary: 'Take the deletion of a chat back',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: chatSummary,
})
