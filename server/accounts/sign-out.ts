import type { UseCase } from '../use-case.ts'
import { requireSession } from './caller.ts'
import type { Context } from './context.ts'
import { changeAccess } from './change-access.ts'
import { endSessionOf } from './sessions.ts'
import { newEpoch } from './make-user.ts'

/** Ends the caller's session on every instance. Ending it twice is not an error. */
export function createSignOut(context: Context): UseCase<'signOut'> {
  return async (caller, _, meta) => {
    await endSessionOf(context, caller.user.id, requireSession(caller))
    meta.setCookies(context.cookies.clear(meta))
    return { ok: true }
  }
}

/** Ends every session of the caller. API keys stay valid; they are revoked individually. */
export function createSignOutEverywhere(context: Context): UseCase<'signOutEverywhere'> {
  return async (caller, _, meta) => {
    requireSession(caller)
    await changeAccess(context, caller.user.id, { tokenEpoch: newEpoch() })
    meta.setCookies(context.cookies.clear(meta))
    return { ok: true }
  }
}
