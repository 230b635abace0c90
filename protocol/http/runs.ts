import { z } from 'zod'
import { id } from '../ids.ts'
import { messageStatus, runPhase, runStartRequest, runStarted } from '../run.ts'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'

/** A running answer in a list. */
export const runSummary = z.object({
  id: z.string(),
  chatId: z.string(),
  messageId: z.string(),
  userId: z.string(),
  model: z.string(),
  status: messageStatus,
  phase: runPhase.optional(),
  /** The incarnation that writes it; null if no instance owns it at the moment. */
  owner: z.string().nullable(),
  attempt: z.number(),
  startedAt: z.number(),
  /** UTF-16 units of its text that are stored. */
  saved: z.number(),
})
export type RunSummary = z.infer<typeof runSummary>

export const runOperations = {
  listRuns: operation({
    method: 'GET',
    path: '/api/runs',
    summary: 'List your running answers. Administrators get those of all users with `all=true`',
    access: 'user',
    credentials: 'session-or-key',
    query: pageQuery.extend({
      status: z.enum(['running']).default('running'),
      all: z.enum(['true', 'false']).default('false'),
    }),
    response: page(runSummary),
  }),

  startRun: operation({
    method: 'POST',
    path: '/api/runs',
    summary:
      'Send a message, or regenerate or continue an answer. Returns at once; the text arrives over the socket',
    access: 'user',
    credentials: 'session-or-key',
    body: runStartRequest,
    response: runStarted,
  }),

  stopRun: operation({
    method: 'POST',
    path: '/api/runs/{id}/stop',
    summary: 'Stop an answer on any instance. Repeated requests do no harm',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: z.object({ state: z.enum(['stopping', 'ended']) }),
  }),
}
