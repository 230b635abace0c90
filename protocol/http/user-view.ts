import { z } from 'zod'

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
