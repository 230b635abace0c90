import { z } from 'zod'
import type { UserEvent } from '../protocol/index.ts'

/** Open pages, and requests to `/v1` under way. */
const countedThing = z.enum(['pages', 'requests'])
export type CountedThing = z.infer<typeof countedThing>

/**
 * Every message on the bus: its topic, its shape, who sends it and who hears it. A message is a hint that something
 * changed in the store, so a lost one costs time and nothing else. Unknown and invalid ones are counted and dropped,
 * since two versions share a bus during an upgrade.
 */
export const messages = {
  /** To the owner of a run whose stop column was set. Sent by whoever took the request. */
  'run.stop': {
    topic: (payload: { owner: string }) => `instance:${payload.owner}`,
    schema: z.object({ owner: z.string(), runId: z.string() }),
  },
  /** To every instance: there are runs without an owner. Sent by an instance that drains. */
  'runs.released': {
    topic: () => 'fleet',
    schema: z.object({ runs: z.number() }),
  },
  /** To instances where the user has a socket. Sent by whoever changed something the user can see. */
  'user.event': {
    topic: (payload: { userId: string }) => `user:${payload.userId}`,
    // The event was made by this code base; the page ignores names that it does not know.
    schema: z.object({ from: z.string(), userId: z.string(), event: z.custom<UserEvent>() }),
  },
  /** To every instance: how many of these does the user have with you? Sent where a limit of the user may be reached. */
  'user.count.asked': {
    topic: () => 'fleet',
    schema: z.object({ from: z.string(), of: countedThing, userId: z.string(), ask: z.number() }),
  },
  /** The answer, to the instance that asked. */
  'user.counted': {
    topic: (payload: { to: string }) => `instance:${payload.to}`,
    schema: z.object({ to: z.string(), ask: z.number(), count: z.number() }),
  },
  /** To every instance: a feed has a new revision. Sent by the instance whose transaction raised it. */
  'revision.raised': {
    topic: () => 'fleet',
    schema: z.object({ name: z.string() }),
  },
} as const

export type Messages = typeof messages
