import { z } from 'zod'
import { limits } from '../ids.ts'
import { password } from './account-fields.ts'
import { operation } from './operation.ts'

export const changePassword = operation({
  method: 'POST',
  path: '/api/account/password',
  summary: 'Change your password; ends every other session and returns a new token for this one',
  access: 'signed-in',
  credentials: 'session',
  body: z.object({
    current: z.string().min(1).max(limits.password),
    next: password,
    /** Revokes your API keys too: for a password that somebody else may know. */
    revokeApiKeys: z.boolean().default(false),
  }),
  response: z.object({ token: z.string() }),
})
