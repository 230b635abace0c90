import { z } from 'zod'
import { email, name, password } from './account-fields.ts'
import { operation } from './operation.ts'
import { userView } from './user-view.ts'

export const signUp = operation({
  method: 'POST',
  path: '/api/auth/sign-up',
  summary: 'Create an account; the first one becomes administrator',
  access: 'public',
  credentials: 'none',
  body: z.object({
    name,
    email,
    password,
    /** For the first account, where `getApp` says so. */
    setupCode: z.string().max(100).optional(),
  }),
  response: z.object({ token: z.string(), user: userView }),
})
