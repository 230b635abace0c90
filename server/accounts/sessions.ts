import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { requireSession, sessionIdOf } from './caller.ts'
import type { Context } from './context.ts'
import { withRevocation } from './with-revocation.ts'

/** Lists the caller's open sessions, most recently used first. */
export function createListSessions({ store }: Pick<Context, 'store'>): UseCase<'listSessions'> {
  return async (caller) => {
    const sessions = await store.sessions.ofUser(caller.user.id)
    const currentId = sessionIdOf(caller)
    return {
      items: sessions.map(({ id, device, address, createdAt, lastUsedAt, expiresAt }) => ({
        id,
        device,
        address,
        createdAt,
        lastUsedAt,
        expiresAt,
        current: id === currentId,
      })),
    }
  }
}

/** Ends one session of the caller. Throws `not_found` if it does not exist or belongs to another user. */
export function createEndSession(context: Context): UseCase<'endSession'> {
  return async (caller, { params }) => {
    requireSession(caller)
    if (!(await endSessionOf(context, caller.user.id, params.id))) throw new AppError('not_found')
    return { ok: true }
  }
}

/**
 * Ends a session in the store and on this instance, and notifies the others. Returns false if there was no such
 * session.
 */
export async function endSessionOf(context: Context, userId: string, sessionId: string): Promise<boolean> {
  return withRevocation(context, { sessionIds: [sessionId] }, () =>
    context.store.sessions.end(sessionId, userId),
  )
}
