import { z } from 'zod'
import { operation } from './operation.ts'

export const appOperations = {
  getApp: operation({
    method: 'GET',
    path: '/api/app',
    summary: 'Get what the page needs before sign-in',
    access: 'public',
    credentials: 'none',
    response: z.object({
      name: z.string(),
      version: z.string(),
      /** `first`: there is no account yet. The first user to sign up becomes an administrator. */
      signUp: z.enum(['first', 'open', 'closed']),
      /** The first account needs the setup code from the server's log, since this request came from another machine. */
      setupCode: z.boolean(),
      /** The label of the instance that answered. */
      instance: z.string(),
    }),
  }),
}
