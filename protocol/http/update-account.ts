import { z } from 'zod'
import { name } from './account-fields.ts'
import { operation } from './operation.ts'
import { userView } from './user-view.ts'

export const updateAccount = operation({
  method: 'PATCH',
  path: '/api/account',
  summary: 'Change your name',
  access: 'signed-in',
  credentials: 'session-or-key',
  body: z.object({ name }),
  response: userView,
})
