import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { role, userView } from './user-view.ts'

export const updateUser = operation({
  method: 'PATCH',
  path: '/api/users/{id}',
  summary: 'Approve, change the role of, deactivate or reactivate an account',
  access: 'admin',
  credentials: 'session',
  params: z.object({ id }),
  body: z.object({ role: role.optional(), active: z.boolean().optional() }),
  response: userView,
})
