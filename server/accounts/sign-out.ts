import { cookieRequestOf } from './context.ts'
import type { Caller, Context, RequestMeta, WithCookie } from './context.ts'
import { changeAccess } from './change-access.ts'
import { endSessionOf } from './sessions.ts'
import { newEpoch } from './make-user.ts'
import { requireSession } from './caller-rights.ts'

/** Ends the caller's session, on every instance. Ending it twice is no error. */
export async function signOut(
  context: Context,
  caller: Caller,
  meta: RequestMeta,
): Promise<WithCookie<{ ok: true }>> {
  await endSessionOf(context, caller.user.id, requireSession(caller))
  return { body: { ok: true }, setCookie: context.cookies.clear(cookieRequestOf(meta)) }
}

/** Ends every session of the caller. API keys stay: they are revoked one by one. */
export async function signOutEverywhere(
  context: Context,
  caller: Caller,
  meta: RequestMeta,
): Promise<WithCookie<{ ok: true }>> {
  requireSession(caller)
  await changeAccess(context, caller.user.id, { tokenEpoch: newEpoch() })
  return { body: { ok: true }, setCookie: context.cookies.clear(cookieRequestOf(meta)) }
}
