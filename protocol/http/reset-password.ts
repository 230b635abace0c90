import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'

export const resetPassword = operation({
  method: 'POST',
  path: '/api/users/{id}/password',
  summary: 'Give an account a new password, shown this once; ends its sessions and revokes its API keys',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  response: z.object({ password: z.string() }),
})
