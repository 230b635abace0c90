import { AppError } from '../../protocol/errors.ts'
import type { UserView } from '../../protocol/index.ts'
import { cleanText, newId } from '../base/index.ts'
import type { UserRow } from '../store/contract/users.ts'
import type { RequestMeta } from '../use-case.ts'
import type { Context } from './context.ts'
import { deviceName } from './device-name.ts'
import { presentUser } from './present-user.ts'
import { endSessionOf } from './sessions.ts'
import { makeSessionSecret } from './session-token.ts'

/** Creates a session for a user who has just signed in, and ends the session that this browser had before. */
export async function beginSession(
  context: Context,
  user: UserRow,
  meta: RequestMeta,
): Promise<{ token: string; user: UserView }> {
  const { store, config, clock, tokens, lastUse, sessionSeen, cookies } = context
  const now = clock.now()
  const { secret, secretHash } = makeSessionSecret()
  const session = {
    id: newId(now),
    userId: user.id,
    epoch: user.tokenEpoch,
    device: deviceName(meta.userAgent),
    address: cleanText(meta.address).slice(0, 64),
    createdAt: now,
    lastUsedAt: now,
    expiresAt: config.tokenLifetimeMs === null ? null : now + config.tokenLifetimeMs,
    secretHash,
  }
  const { id: sid, userId: uid, epoch, expiresAt } = session
  const token = tokens.sign({ sid, uid, epoch, expiresAt, secret })
  await endFormerSession(context, meta)
  await store.sessions.create(session)
  sessionSeen(session)
  lastUse.record({ userId: uid, sessionId: null, apiKeyId: null, at: now, expiresAt: null })
  meta.setCookies([
    ...cookies.setToken(token, config.tokenLifetimeMs, meta),
    ...cookies.markDevice(user.email, meta),
  ])
  return { token, user: presentUser(user) }
}

/**
 * The browser loses this token when its cookie is replaced. The session is ended so that a stolen copy is useless too.
 */
async function endFormerSession(context: Context, meta: RequestMeta): Promise<void> {
  const former = context.cookies.read(meta.cookies)
  if (former === undefined) return
  const known = await context.authenticator.authenticate({ bearer: former.token }).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return undefined
    throw error
  })
  if (known?.credential.kind === 'session') await endSessionOf(context, known.user.id, known.credential.id)
}
