import { z } from 'zod'
import { messageStatus, runPhase } from '../run.ts'
import { operation } from './operation.ts'
import { page, pageQuery } from './paging.ts'

export const runView = z.object({
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
export type RunView = z.infer<typeof runView>

export const listRuns = operation({
  method: 'GET',
  path: '/api/runs',
  summary: 'Running answers: yours, or for administrators with `all=true` everybody’s',
  access: 'user',
  credentials: 'session-or-key',
  query: pageQuery.extend({
    status: z.enum(['running']).default('running'),
    all: z.enum(['true', 'false']).default('false'),
  }),
  response: page(runView),
})
