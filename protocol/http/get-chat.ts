import { z } from 'zod'
import { id } from '../ids.ts'
import { chatView } from './chat-views.ts'
import { operation } from './operation.ts'

export const getChat = operation({
  method: 'GET',
  path: '/api/chats/{id}',
  summary: 'A chat with its whole tree of messages; a running one with its text so far',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: chatView,
})
