import { z } from 'zod'
import { limits } from '../ids.ts'
import { connectionView, continues } from './connection-view.ts'
import { operation } from './operation.ts'

export const connectionFields = z.object({
  kind: z.enum(['openai', 'ollama']),
  name: z.string().trim().min(1, 'must not be empty').max(limits.name),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).max(2000),
  key: z.string().max(4000).optional(),
  prefix: z.string().max(50).default(''),
  enabled: z.boolean().default(true),
  continues: continues.default('auto'),
  modelIds: z.array(z.string().trim().min(1, 'must not be empty').max(limits.model)).max(1000).default([]),
  openAiParamsOnly: z.boolean().default(false),
})

export const createConnection = operation({
  method: 'POST',
  path: '/api/connections',
  summary: 'Connect a model provider',
  access: 'admin',
  credentials: 'session',
  body: connectionFields,
  response: connectionView,
})
