import { z } from 'zod'
import { operation } from './operation.ts'
import { userView } from './user-view.ts'

export const getSession = operation({
  method: 'GET',
  path: '/api/auth/session',
  summary: 'Whether anybody is signed in: who, or null; never 401',
  access: 'anyone',
  credentials: 'session-or-key',
  response: z.object({ user: userView.nullable() }),
})
