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
  /** The incarnation that writes it; null: none at the moment. */
  owner: z.string().nullable(),
  attempt: z.number(),
  startedAt: z.number(),
  /** UTF-16 units that the store has. */
  saved: z.number(),
})
export type RunSummary = z.infer<typeof runSummary>

export const runOperations = {
  listRuns: operation({
    method: 'GET',
    path: '/api/runs',
    summary: 'Running answers: yours, or for administrators with `all=true` everybody’s',
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
      'Send a message, or ask for another or a longer answer; answers at once, words come by the socket',
    access: 'user',
    credentials: 'session-or-key',
    body: runStartRequest,
    response: runStarted,
  }),

  stopRun: operation({
    method: 'POST',
    path: '/api/runs/{id}/stop',
    summary: 'Stop an answer, whichever instance writes it; asked of any instance, as often as you like',
    access: 'user',
    credentials: 'session-or-key',
    params: z.object({ id }),
    response: z.object({ state: z.enum(['stopping', 'ended']) }),
  }),
}
