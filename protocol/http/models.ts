import { z } from 'zod'
import { failureDetail } from '../run.ts'
import { operation } from './operation.ts'

export const modelView = z.object({
  /** The id with which a run is started. */
  id: z.string(),
  /** The name that is shown to users. */
  name: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  /** Whether this is the built-in demo model, which is offered while no provider is connected. */
  demo: z.boolean(),
})

export const modelOperations = {
  listModels: operation({
    method: 'GET',
    path: '/api/models',
    summary:
      'List the models of all enabled connections. `problems` names unreachable providers, which delay nothing',
    access: 'user',
    credentials: 'session-or-key',
    response: z.object({
      items: z.array(modelView),
      problems: z.array(
        z.object({
          connectionName: z.string(),
          code: z.string().optional(),
          message: z.string(),
          detail: failureDetail.optional(),
        }),
      ),
    }),
  }),
}
