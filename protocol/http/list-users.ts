import { z } from 'zod'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'
import { role, userView } from './user-view.ts'

export const listUsers = operation({
  method: 'GET',
  path: '/api/users',
  summary: 'All accounts, newest first',
  access: 'admin',
  credentials: 'session-or-key',
  query: pageQuery.extend({
    /** Part of a name or email address. */
    q: z.string().max(200).optional(),
    role: role.optional(),
  }),
  response: page(userView),
})
