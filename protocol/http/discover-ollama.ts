import { z } from 'zod'
import { operation } from './operation.ts'

export const discoverOllama = operation({
  method: 'GET',
  path: '/api/connections/ollama-here',
  summary: 'Look for an Ollama on this machine',
  access: 'admin',
  credentials: 'session',
  response: z.union([
    z.object({ found: z.literal(true), baseUrl: z.string(), models: z.array(z.string()) }),
    z.object({ found: z.literal(false), baseUrl: z.string() }),
  ]),
})
