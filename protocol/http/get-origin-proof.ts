import { z } from 'zod'
import { operation } from './operation.ts'

export const getOriginProof = operation({
  method: 'GET',
  path: '/api/auth/origin-proof',
  summary: 'What a page shows with its hello where a proxy hides its origin; null for what needs none',
  access: 'signed-in',
  credentials: 'session-or-key',
  response: z.object({ proof: z.string().nullable() }),
})
