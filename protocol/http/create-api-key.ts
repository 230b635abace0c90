import { z } from 'zod'
import { limits } from '../ids.ts'
import { apiKeyView } from './list-api-keys.ts'
import { operation } from './operation.ts'

export const createApiKey = operation({
  method: 'POST',
  path: '/api/account/api-keys',
  summary: 'Make an API key; it is shown this once',
  access: 'user',
  credentials: 'session',
  body: z.object({
    name: z.string().trim().min(1, 'must not be empty').max(limits.name),
    /** Epoch ms; absent: never. */
    expiresAt: z.number().int().positive().optional(),
  }),
  response: apiKeyView.extend({ key: z.string() }),
})
