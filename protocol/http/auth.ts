import { z } from 'zod'
import { limits } from '../limits.ts'
import { email, name, password } from './account-fields.ts'
import { operation } from './operation.ts'
import { okResponse } from './paging.ts'
import { userView } from './users.ts'

export const authOperations = {
  signUp: operation({
    method: 'POST',
    path: '/api/auth/sign-up',
    summary: 'Create an account. The first account becomes an administrator',
    access: 'public',
    credentials: 'none',
    body: z.object({
      name,
      email,
      password,
      /** Needed for the first account if `getApp` returns `setupCode: true`. */
      setupCode: z.string().max(100).optional(),
    }),
    response: z.object({ token: z.string(), user: userView }),
  }),

  signIn: operation({
    method: 'POST',
    path: '/api/auth/sign-in',
    summary: 'Sign in. Sets the session cookie and returns the same token',
    access: 'public',
    credentials: 'none',
    body: z.object({ email, password: z.string().min(1).max(limits.password) }),
    response: z.object({ token: z.string(), user: userView }),
  }),

  signOut: operation({
    method: 'POST',
    path: '/api/auth/sign-out',
    summary: 'End this session on all instances',
    access: 'signed-in',
    credentials: 'session',
    response: okResponse,
  }),

  signOutEverywhere: operation({
    method: 'POST',
    path: '/api/auth/sign-out-everywhere',
    summary: 'End all sessions of this account',
    access: 'signed-in',
    credentials: 'session',
    response: okResponse,
  }),

  getMe: operation({
    method: 'GET',
    path: '/api/auth/me',
    summary: 'Get the signed-in user',
    access: 'signed-in',
    credentials: 'session-or-key',
    response: userView,
  }),

  getOriginProof: operation({
    method: 'GET',
    path: '/api/auth/origin-proof',
    summary:
      'Get the proof that a page sends with `hello` if a proxy hides its origin; null if none is needed',
    access: 'signed-in',
    credentials: 'session-or-key',
    response: z.object({ proof: z.string().nullable() }),
  }),

  getSession: operation({
    method: 'GET',
    path: '/api/auth/session',
    summary: 'Get the signed-in user, or null if nobody is signed in. Never answers 401',
    access: 'anyone',
    credentials: 'session-or-key',
    response: z.object({ user: userView.nullable() }),
  }),
}
