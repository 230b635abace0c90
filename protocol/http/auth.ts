import { z } from 'zod'
import { limits } from '../ids.ts'
import { email, name, password } from './account-fields.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'
import { userView } from './users.ts'

export const authOperations = {
  signUp: operation({
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
  }),

  signIn: operation({
    method: 'POST',
    path: '/api/auth/sign-in',
    summary: 'Sign in; sets the session cookie and returns the same token',
    access: 'public',
    credentials: 'none',
    body: z.object({ email, password: z.string().min(1).max(limits.password) }),
    response: z.object({ token: z.string(), user: userView }),
  }),

  signOut: operation({
    method: 'POST',
    path: '/api/auth/sign-out',
    summary: 'End this session, on every instance',
    access: 'signed-in',
    credentials: 'session',
    response: done,
  }),

  signOutEverywhere: operation({
    method: 'POST',
    path: '/api/auth/sign-out-everywhere',
    summary: 'End every session of this account',
    access: 'signed-in',
    credentials: 'session',
    response: done,
  }),

  getMe: operation({
    method: 'GET',
    path: '/api/auth/me',
    summary: 'Who is signed in',
    access: 'signed-in',
    credentials: 'session-or-key',
    response: userView,
  }),

  getOriginProof: operation({
    method: 'GET',
    path: '/api/auth/origin-proof',
    summary: 'What a page shows with its hello where a proxy hides its origin; null for what needs none',
    access: 'signed-in',
    credentials: 'session-or-key',
    response: z.object({ proof: z.string().nullable() }),
  }),

  getSession: operation({
    method: 'GET',
    path: '/api/auth/session',
    summary: 'Whether anybody is signed in: who, or null; never 401',
    access: 'anyone',
    credentials: 'session-or-key',
    response: z.object({ user: userView.nullable() }),
  }),
}
