import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { okResponse } from './paging.ts'

export const sessionView = z.object({
  id: z.string(),
  /** Browser and operating system, from the user agent. */
  device: z.string(),
  address: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number(),
  /** Epoch ms; null if the session does not expire. */
  expiresAt: z.number().nullable(),
  current: z.boolean(),
})

export const sessionOperations = {
  listSessions: operation({
    method: 'GET',
    path: '/api/account/sessions',
    summary: 'List your sessions, most recently used first',
    access: 'signed-in',
    credentials: 'session',
    response: z.object({ items: z.array(sessionView) }),
  }),

  endSession: operation({
    method: 'DELETE',
    path: '/api/account/sessions/{id}',
    summary: 'End one of your sessions',
    access: 'signed-in',
    credentials: 'session',
    params: z.object({ id }),
    response: okResponse,
  }),
}
