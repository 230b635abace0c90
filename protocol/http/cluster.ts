import { z } from 'zod'
import { operation } from './operation.ts'

export const memberView = z.object({
  incarnation: z.string(),
  label: z.string(),
  version: z.string(),
  state: z.enum(['running', 'draining']),
  startedAt: z.number(),
  runs: z.number(),
  sockets: z.number(),
  /** Of the sockets, pages on server-sent events or polls, because something on the way blocks WebSockets. */
  fallbacks: z.number().default(0),
  /** Signed-in people with an open page on this instance. */
  people: z.number(),
  /** The revisions it has applied, by feed. */
  revisions: z.record(z.string(), z.string()),
  /** False: it died twice soon after taking answers over, and leaves them to others for some minutes. */
  takeover: z.boolean(),
  self: z.boolean(),
})

export const clusterOperations = {
  getCluster: operation({
    method: 'GET',
    path: '/api/cluster',
    summary: 'The instances as this one sees them, and the health of what they share',
    access: 'admin',
    credentials: 'session-or-key',
    response: z.object({
      instance: z.string(),
      store: z.object({
        kind: z.enum(['sqlite', 'postgres']),
        healthy: z.boolean(),
        problem: z.string().optional(),
        /** What to do though everything works: one sentence each. */
        warnings: z.array(z.string()),
      }),
      redis: z.object({
        configured: z.boolean(),
        healthy: z.boolean(),
        problem: z.string().optional(),
        /** What to change though everything works: one sentence each, with the cure. */
        warnings: z.array(z.string()),
      }),
      members: z.array(memberView),
    }),
  }),
}
