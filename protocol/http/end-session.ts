import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const endSession = operation({
  method: 'DELETE',
  path: '/api/account/sessions/{id}',
  summary: 'End one of your sessions',
  access: 'signed-in',
  credentials: 'session',
  params: z.object({ id }),
  response: done,
})
