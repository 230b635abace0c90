import { z } from 'zod'
import { operation } from './operation.ts'

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

export const listApiKeys = operation({
  method: 'GET',
  path: '/api/account/api-keys',
  summary: 'Your API keys, newest first; the keys themselves are not kept',
  access: 'user',
  credentials: 'session-or-key',
  response: z.object({ items: z.array(apiKeyView) }),
})
