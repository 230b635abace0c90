import { z } from 'zod'
import { operation } from './operation.ts'

export const modelView = z.object({
  /** What a run is started with. */
  id: z.string(),
  /** For people. */
  name: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  /** The built-in demo model: no provider is connected. */
  demo: z.boolean(),
})

export const modelOperations = {
  listModels: operation({
    method: 'GET',
    path: '/api/models',
    summary:
      'The models of all enabled connections; a dead provider is named in `problems` and delays nothing',
    access: 'user',
    credentials: 'session-or-key',
    response: z.object({
      items: z.array(modelView),
      problems: z.array(z.object({ connectionName: z.string(), message: z.string() })),
    }),
  }),
}
