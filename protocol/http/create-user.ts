import { z } from 'zod'
import { email, name } from './account-fields.ts'
import { operation } from './operation.ts'
import { role, userView } from './user-view.ts'

export const createUser = operation({
  method: 'POST',
  path: '/api/users',
  summary: 'Make an account for somebody, with a password that is shown this once',
  access: 'admin',
  credentials: 'session',
  body: z.object({ name, email, role: role.exclude(['pending']) }),
  response: z.object({ user: userView, password: z.string() }),
})
