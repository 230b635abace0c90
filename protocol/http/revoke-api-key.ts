import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const revokeApiKey = operation({
  method: 'DELETE',
  path: '/api/api-keys/{id}',
  summary: 'Revoke an API key, whoever has it',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  response: done,
})
