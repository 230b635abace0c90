import { z } from 'zod'
import { operation } from './operation.ts'
import { connectionFields } from './create-connection.ts'
import { id } from '../ids.ts'

export const verifyConnection = operation({
  method: 'POST',
  path: '/api/connections/verify',
  summary:
    'Ask a provider for its models without storing anything; `id` uses the stored key of that connection',
  access: 'admin',
  credentials: 'session',
  body: z.object({
    kind: connectionFields.shape.kind,
    baseUrl: connectionFields.shape.baseUrl,
    key: z.string().max(4000).optional(),
    id: id.optional(),
  }),
  response: z.union([
    z.object({ ok: z.literal(true), models: z.array(z.string()) }),
    z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
  ]),
})
