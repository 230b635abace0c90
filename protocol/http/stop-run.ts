import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'

export const stopRun = operation({
  method: 'POST',
  path: '/api/runs/{id}/stop',
  summary: 'Stop an answer, whichever instance writes it; asked of any instance, as often as you like',
  access: 'user',
  credentials: 'session-or-key',
  params: z.object({ id }),
  response: z.object({ state: z.enum(['stopping', 'ended']) }),
})
