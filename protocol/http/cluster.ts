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
  /** How many of the sockets use server-sent events or polls, because something in the network blocks WebSockets. */
  fallbacks: z.number().default(0),
  /** Signed-in users with an open page on this instance. */
  people: z.number(),
  /** The revisions that the instance has applied, by feed. */
  revisions: z.record(z.string(), z.string()),
  /**
   * False if the instance died twice soon after takeovers, and therefore leaves takeovers to other instances for some
   * minutes.
   */
  takeover: z.boolean(),
  self: z.boolean(),
})

export const clusterOperations = {
  getCluster: operation({
    method: 'GET',
    path: '/api/cluster',
    summary: 'List the instances that this one knows, and the health of the database and Redis',
    access: 'admin',
    credentials: 'session-or-key',
    response: z.object({
      instance: z.string(),
      store: z.object({
        kind: z.enum(['sqlite', 'postgres']),
        healthy: z.boolean(),
        problem: z.string().optional(),
        /** Recommended changes while everything works: one sentence each. */
        warnings: z.array(z.string()),
      }),
      redis: z.object({
        configured: z.boolean(),
        healthy: z.boolean(),
        problem: z.string().optional(),
        /** Recommended changes while everything works: one sentence each, with what to do. */
        warnings: z.array(z.string()),
      }),
      members: z.array(memberView),
    }),
  }),
}
