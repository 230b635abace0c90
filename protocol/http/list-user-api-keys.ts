import { z } from 'zod'
import { id } from '../ids.ts'
import { apiKeyView } from './list-api-keys.ts'
import { operation } from './operation.ts'

export const listUserApiKeys = operation({
  method: 'GET',
  path: '/api/users/{id}/api-keys',
  summary: 'The API keys of an account, newest first',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  response: z.object({ items: z.array(apiKeyView) }),
})
