import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const deleteConnection = operation({
  method: 'DELETE',
  path: '/api/connections/{id}',
  summary: 'Remove a connection',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  response: done,
})
