import { z } from 'zod'
import type { UserEvent } from '../protocol/index.ts'

/** What instances count per user across the fleet: open pages, and `/v1` requests in progress. */
const countedResource = z.enum(['pages', 'requests'])
export type CountedResource = z.infer<typeof countedResource>

/**
 * Every message on the bus: its topic, schema, sender and receivers. A message is only a hint that something changed in
 * the store, so a lost message costs only time. Unknown and invalid messages are counted and dropped, because two
 * versions share a bus during an upgrade.
 */
export const messages = {
  /** To the owner of a run whose stop column was set. Sent by the instance that received the request to stop. */
  'run.stop': {
    topic: (payload: { owner: string }) => `instance:${payload.owner}`,
    schema: z.object({ owner: z.string(), runId: z.string() }),
  },
  /** To every instance: some runs have no owner now. Sent by a draining instance that released them. */
  'runs.released': {
    topic: () => 'fleet',
    schema: z.object({ runs: z.number() }),
  },
  /** To every instance where the user has a socket. Sent by the instance that changed something the user can see. */
  'user.event': {
    topic: (payload: { userId: string }) => `user:${payload.userId}`,
    // An instance of this code base created the event; the page ignores names that it does not know.
    schema: z.object({ from: z.string(), userId: z.string(), event: z.custom<UserEvent>() }),
  },
  /** To every instance: how many of these does the user have there? Sent when a user may have reached a limit. */
  'user.count.asked': {
    topic: () => 'fleet',
    schema: z.object({ from: z.string(), of: countedResource, userId: z.string(), ask: z.number() }),
  },
  /** The count, to the instance that requested it. */
  'user.counted': {
    topic: (payload: { to: string }) => `instance:${payload.to}`,
    schema: z.object({ to: z.string(), ask: z.number(), count: z.number() }),
  },
  /** To every instance: an account was created, so administrators' pages are outdated. Sent by the instance that did it. */
  'account.created': {
    topic: () => 'fleet',
    schema: z.object({ from: z.string() }),
  },
  /** To every instance: a feed has a new revision. Sent by the instance whose transaction created the revision. */
  'revision.raised': {
    topic: () => 'fleet',
    schema: z.object({ name: z.string() }),
  },
} as const

export type Messages = typeof messages
