import { z } from 'zod'
import { id } from '../ids.ts'
import { email, name } from './account-fields.ts'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'

export const role = z.enum(['admin', 'user', 'pending'])
export type Role = z.infer<typeof role>

/** A user, as shown to the user and to administrators. */
export const userView = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  active: z.boolean(),
  /** Epoch ms. */
  createdAt: z.number(),
  lastActiveAt: z.number().nullable(),
  /**
   * Someone else has set the password. Until the user changes it, every other operation is refused with
   * `password_change_required`.
   */
  mustChangePassword: z.boolean().optional(),
})
export type UserView = z.infer<typeof userView>

export const userOperations = {
  listUsers: operation({
    method: 'GET',
    path: '/api/users',
    summary: 'List and count accounts',
    access: 'admin',
    credentials: 'session-or-key',
    query: pageQuery.extend({
      /** Lists only users whose name or email address contains these words, with or without their accents. */
      q: z.string().max(200).optional(),
      role: role.optional(),
      /** `newest` first, by `name`, or the last `active` first. */
      sort: z.enum(['newest', 'name', 'active']).default('newest'),
    }),
    response: page(userView).extend({
      /** How many accounts match `q` and `role`. */
      total: z.number().optional(),
      /** How many accounts wait for approval. */
      pending: z.number().optional(),
    }),
  }),

  createUser: operation({
    method: 'POST',
    path: '/api/users',
    summary: 'Create an account. Its password is only shown once',
    access: 'admin',
    credentials: 'session',
    body: z.object({ name, email, role: role.exclude(['pending']) }),
    response: z.object({ user: userView, password: z.string() }),
  }),

  updateUser: operation({
    method: 'PATCH',
    path: '/api/users/{id}',
    summary: 'Approve, deactivate or reactivate an account, or change its role',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    body: z.object({ role: role.optional(), active: z.boolean().optional() }),
    response: userView,
  }),

  resetPassword: operation({
    method: 'POST',
    path: '/api/users/{id}/password',
    summary:
      'Reset the password of an account. The new one is only shown once. Ends its sessions and revokes its API keys',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: z.object({ password: z.string() }),
  }),
}
