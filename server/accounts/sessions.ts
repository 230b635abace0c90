import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { requireSession, sessionIdOf } from './caller.ts'
import type { Context } from './context.ts'
import { revoking } from './revoking.ts'

/** The caller's open sessions, latest use first. */
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

/** Ends one session of the caller; `not_found` for one that is not there or somebody else's. */
export function createEndSession(context: Context): UseCase<'endSession'> {
  return async (caller, { params }) => {
    requireSession(caller)
    if (!(await endSessionOf(context, caller.user.id, params.id))) throw new AppError('not_found')
    return { ok: true }
  }
}

/** Ends it in the store, here and, by word to them, everywhere. False: there was none. */
export async function endSessionOf(context: Context, userId: string, sessionId: string): Promise<boolean> {
  return revoking(context, { sessionIds: [sessionId] }, () => context.store.sessions.end(sessionId, userId))
}
