import { z } from 'zod'
import { operation } from './operation.ts'

export const administrationOperations = {
  getAdministration: operation({
    method: 'GET',
    path: '/api/administration',
    summary:
      'Count what needs an administrator: new accounts, failing connections, problems of the instances',
    access: 'admin',
    credentials: 'session-or-key',
    response: z.object({
      /** How many accounts wait for approval. */
      pendingUsers: z.number(),
      /** For how many enabled connections this instance could not load the list of models. */
      failingConnections: z.number(),
      /** An unhealthy database, an unhealthy Redis, and each instance that leaves takeovers to others count as one. */
      instanceProblems: z.number(),
    }),
  }),
}
