import { z } from 'zod'
import { limits } from '../ids.ts'
import { email } from './account-fields.ts'
import { operation } from './operation.ts'
import { userView } from './user-view.ts'

export const signIn = operation({
  method: 'POST',
  path: '/api/auth/sign-in',
  summary: 'Sign in; sets the session cookie and returns the same token',
  access: 'public',
  credentials: 'none',
  body: z.object({ email, password: z.string().min(1).max(limits.password) }),
  response: z.object({ token: z.string(), user: userView }),
})
