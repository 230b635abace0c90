import type { UserView } from '../../protocol/index.ts'
import { cleanText, newId } from '../base/index.ts'
import type { UserRow } from '../store/contract/users.ts'
import type { Context, RequestMeta, WithCookie } from './context.ts'
import { deviceName } from './device-name.ts'
import { presentUser } from './present-user.ts'
import { cookieFor } from './session-cookie.ts'

/** Opens a session for somebody who has just proved who they are. */
export async function beginSession(
  { store, config, clock, tokens, lastUse, sessionSeen }: Context,
  user: UserRow,
  meta: RequestMeta,
): Promise<WithCookie<{ token: string; user: UserView }>> {
  const now = clock.now()
  const session = {
    id: newId(now),
    userId: user.id,
    epoch: user.tokenEpoch,
    device: deviceName(meta.userAgent),
    address: cleanText(meta.address).slice(0, 64),
    createdAt: now,
    lastUsedAt: now,
    expiresAt: config.tokenLifetimeMs === null ? null : now + config.tokenLifetimeMs,
  }
  const { id: sid, userId: uid, epoch, expiresAt } = session
  const token = tokens.sign({ sid, uid, epoch, expiresAt })
  const setCookie = cookieFor(token, {
    config: config.cookies,
    secureRequest: meta.secure,
    lifetimeMs: config.tokenLifetimeMs,
  })
  await store.sessions.create(session)
  sessionSeen(session)
  lastUse.mark({ userId: uid, sessionId: null, apiKeyId: null, at: now, expiresAt: null })
  return { body: { token, user: presentUser(user) }, setCookie }
}
