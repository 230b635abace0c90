import { z } from 'zod'
import { id } from '../ids.ts'
import { limits } from '../limits.ts'
import { operation } from './operation.ts'
import { okResponse } from './paging.ts'

export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters of the key, to distinguish keys. */
  hint: z.string(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  /** The data was restored or copied: the key is refused until an administrator confirms the data. */
  suspended: z.boolean(),
})
export type ApiKeyView = z.infer<typeof apiKeyView>

export const apiKeyOperations = {
  listApiKeys: operation({
    method: 'GET',
    path: '/api/account/api-keys',
    summary: 'List your API keys, newest first. The keys themselves are not stored',
    access: 'user',
    credentials: 'session-or-key',
    response: z.object({ items: z.array(apiKeyView) }),
  }),

  createApiKey: operation({
    method: 'POST',
    path: '/api/account/api-keys',
    summary: 'Create an API key. It is only shown once',
    access: 'user',
    credentials: 'session',
    body: z.object({
      name: z.string().trim().min(1, 'must not be empty').max(limits.name),
      /** Epoch ms. If absent, the key does not expire. */
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
    response: okResponse,
  }),

  listUserApiKeys: operation({
    method: 'GET',
    path: '/api/users/{id}/api-keys',
    summary: 'List the API keys of an account, newest first',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: z.object({ items: z.array(apiKeyView) }),
  }),

  revokeApiKey: operation({
    method: 'DELETE',
    path: '/api/api-keys/{id}',
    summary: 'Revoke an API key of any account',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: okResponse,
  }),
}
