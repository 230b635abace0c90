import { z } from 'zod'
import { id, limits } from '../ids.ts'
import { operation } from './operation.ts'
import { done } from './paging.ts'

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters, to tell keys apart. */
  hint: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  /** Refused since the data was restored or copied, until an administrator confirms it. */
  suspended: z.boolean(),
})
export type ApiKeyView = z.infer<typeof apiKeyView>

export const apiKeyOperations = {
  listApiKeys: operation({
    method: 'GET',
    path: '/api/account/api-keys',
    summary: 'Your API keys, newest first; the keys themselves are not kept',
    access: 'user',
    credentials: 'session-or-key',
    response: z.object({ items: z.array(apiKeyView) }),
  }),

  createApiKey: operation({
    method: 'POST',
    path: '/api/account/api-keys',
    summary: 'Make an API key; it is shown this once',
    access: 'user',
    credentials: 'session',
    body: z.object({
      name: z.string().trim().min(1, 'must not be empty').max(limits.name),
      /** Epoch ms; absent: never. */
      expiresAt: z.number().int().positive().optional(),
    }),
    response: apiKeyView.extend({ key: z.string() }),
  }),

  deleteApiKey: operation({
    method: 'DELETE',
    path: '/api/account/api-keys/{id}',
    summary: 'Revoke an API key',
    access: 'user',
    credentials: 'session',
    params: z.object({ id }),
    response: done,
  }),

  listUserApiKeys: operation({
    method: 'GET',
    path: '/api/users/{id}/api-keys',
    summary: 'The API keys of an account, newest first',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: z.object({ items: z.array(apiKeyView) }),
  }),

  revokeApiKey: operation({
    method: 'DELETE',
    path: '/api/api-keys/{id}',
    summary: 'Revoke an API key, whoever has it',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: done,
  }),
}
