import { AppError } from '../../protocol/errors.ts'
import type { SessionView } from '../../protocol/http/sessions.ts'
import { requireSession } from './caller-rights.ts'
import type { Caller, Context } from './context.ts'
import { revoking } from './revoking.ts'

/** The caller's open sessions, latest use first. */
export async function listSessions(
  { store }: Pick<Context, 'store'>,
  caller: Caller,
): Promise<{ items: SessionView[] }> {
  const sessions = await store.sessions.ofUser(caller.user.id)
  return {
    items: sessions.map(({ id, device, address, createdAt, lastUsedAt, expiresAt }) => ({
      id,
      device,
      address,
      createdAt,
      lastUsedAt,
      expiresAt,
      current: id === caller.sessionId,
    })),
  }
}

/** Ends one session of the caller; `not_found` for one that is not there or somebody else's. */
export async function endSession(context: Context, caller: Caller, id: string): Promise<{ ok: true }> {
  requireSession(caller)
  if (!(await endSessionOf(context, caller.user.id, id))) throw new AppError('not_found')
  return { ok: true }
}

/** Ends it in the store, here and, by word to them, everywhere. False: there was none. */
export async function endSessionOf(context: Context, userId: string, sessionId: string): Promise<boolean> {
  return revoking(context, { sessionIds: [sessionId] }, () => context.store.sessions.end(sessionId, userId))
}
