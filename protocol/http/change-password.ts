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
  body: z.object({ current: z.string().min(1).max(limits.password), next: password }),
  response: z.object({ token: z.string() }),
})
