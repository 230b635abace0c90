import { z } from 'zod'
import { id } from '../ids.ts'
import { email, name } from './account-fields.ts'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'

export const role = z.enum(['admin', 'user', 'pending'])
export type Role = z.infer<typeof role>

/** A user as they see themselves, and as administrators see them. */
export const userView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  active: z.boolean(),
  /** Epoch ms. */
  createdAt: z.number(),
  lastActiveAt: z.number().nullable(),
  /** Somebody else has set the password: until it is changed, all else is refused with `password_change_required`. */
  mustChangePassword: z.boolean().optional(),
})
export type UserView = z.infer<typeof userView>

export const userOperations = {
  listUsers: operation({
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
  }),

  createUser: operation({
    method: 'POST',
    path: '/api/users',
    summary: 'Make an account for somebody, with a password that is shown this once',
    access: 'admin',
    credentials: 'session',
    body: z.object({ name, email, role: role.exclude(['pending']) }),
    response: z.object({ user: userView, password: z.string() }),
  }),

  updateUser: operation({
    method: 'PATCH',
    path: '/api/users/{id}',
    summary: 'Approve, change the role of, deactivate or reactivate an account',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    body: z.object({ role: role.optional(), active: z.boolean().optional() }),
    response: userView,
  }),

  resetPassword: operation({
    method: 'POST',
    path: '/api/users/{id}/password',
    summary: 'Give an account a new password, shown this once; ends its sessions and revokes its API keys',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: z.object({ password: z.string() }),
  }),
}
