import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const deleteApiKey = operation({
  method: 'DELETE',
  path: '/api/account/api-keys/{id}',
  summary: 'Revoke an API key',
  access: 'user',
  credentials: 'session',
  params: z.object({ id }),
  response: done,
})
