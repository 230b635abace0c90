import { z } from 'zod'
import { operation } from './operation.ts'

export const appOperations = {
  getApp: operation({
    method: 'GET',
    path: '/api/app',
    summary: 'What a page needs before anybody is signed in',
    access: 'public',
    credentials: 'none',
    response: z.object({
      name: z.string(),
      version: z.string(),
      /** `first`: nobody has an account yet, whoever signs up becomes administrator. */
      signUp: z.enum(['first', 'open', 'closed']),
      /** The first account needs the code that is in the server's log: this request did not come from that machine. */
      setupCode: z.boolean(),
      /** Addresses that this deployment lets the page know; the label of the answering instance. */
      instance: z.string(),
    }),
  }),
}
