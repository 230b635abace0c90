import { z } from 'zod'
import { id } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const sessionView = z.object({
  id: z.string(),
  /** Browser and system, as far as its user agent tells. */
  device: z.string(),
  address: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number(),
  /** Epoch ms; null: never. */
  expiresAt: z.number().nullable(),
  current: z.boolean(),
})

export const sessionOperations = {
  listSessions: operation({
    method: 'GET',
    path: '/api/account/sessions',
    summary: 'Your open sessions, latest use first',
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
    response: done,
  }),
}
