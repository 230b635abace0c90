import { z } from 'zod'
import { connectionView } from './connection-view.ts'
import { operation } from './operation.ts'

export const listConnections = operation({
  method: 'GET',
  path: '/api/connections',
  summary: 'Every connection to a model provider, in order',
  access: 'admin',
  credentials: 'session-or-key',
  response: z.object({ items: z.array(connectionView) }),
})
