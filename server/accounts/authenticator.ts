import { AppError } from '../../protocol/errors.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { SessionRow } from '../store/contract/sessions.ts'
import type { UserRow } from '../store/contract/users.ts'
import { StoreError } from '../store/store.ts'
import { AccessCache } from './access-cache.ts'
import { apiKeyPrefix, hashApiKey } from './api-key.ts'
import { sessionIdOf } from './caller.ts'
import type { Caller, Credentials } from './caller.ts'
import type { AccountStore } from './account-store.ts'
import type { LastUse } from './last-use.ts'
import { presentUser } from './present-user.ts'
import type { RequestMeta } from '../use-case.ts'
import type { CookieRequest } from './host-cookie.ts'
import type { SessionCookies } from './session-cookies.ts'
import { hashSessionSecret, makeSessionSecret } from './session-token.ts'
import type { SessionClaims, SessionTokens } from './session-token.ts'

/**
 * The sessions and users whose access may have changed. `all`: a revocation may have been missed, so recheck
 * everything.
 */
export type Revocation = { sessionIds: ReadonlySet<string>; userIds: ReadonlySet<string> } | 'all'

/** Called when a session begins, and then at most once a minute by each instance on which the session is used. */
export type SessionSeen = (
  session: Pick<SessionRow, 'id' | 'userId' | 'device' | 'lastUsedAt' | 'expiresAt'>,
) => void

export interface AuthenticatorOptions {
  store: Pick<AccountStore, 'sessions' | 'apiKeys'>
  tokens: SessionTokens
  lastUse: LastUse
  sessionSeen?: SessionSeen
  cookies: SessionCookies
  logger: Logger
  /** Null: sessions never expire, and their cookies are renewed when they are used. */
  tokenLifetimeMs: number | null
  clock: Clock
  /** Maximum number of sessions and keys kept in memory. */
  maxEntries?: number
}

interface KnownAccess {
  userId: string
  sessionId: string | null
  caller: Caller
  /** The name of the session's device; empty for an API key. */
  device: string
  /** When the use was last recorded. */
  useRecordedAt: number
  /** When this instance last renewed the cookie. */
  renewedAt: number
  /** Set for a token of an earlier version, which has no random part: its claims, and when they must be rechecked. */
  former?: { claims: SessionClaims; recheckAt: number }
}

const recordUseEveryMs = 60_000
const renewEveryMs = 86_400_000
const suspendedKey =
  'This API key is suspended because the data was restored or copied. Ask an administrator to run `shoal store confirm`.'
/** The maximum age of a session whose token comes from an earlier version and has no random part. */
const formerLifetimeMs = 28 * 86_400_000
/**
 * How long the old token stays valid after the browser got a new one, because requests with the old one may be in
 * flight.
 */
const formerGraceMs = 60_000

/**
 * Finds out who makes a request (P5): from memory if this instance has seen the session or key before, otherwise with
 * one statement. Code that keeps a connection open for a caller first registers with `onRevoked` and then authenticates
 * again, so that it misses no revocation.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #cache: AccessCache<KnownAccess>
  readonly #listeners = new Set<(revocation: Revocation) => void>()

  constructor(options: AuthenticatorOptions) {
    this.#options = options
    this.#cache = new AccessCache(options.maxEntries)
  }

  /**
   * Rejects with `unauthenticated` (unknown, forged, expired or ended), `account_inactive`, or `store_unavailable` if
   * the store does not respond: an outage never signs a user out. If this use renews the session, the new cookie is set
   * on `answer`. Sockets pass no `answer`, because a cookie cannot be sent over them.
   */
  async authenticate(
    { bearer, cookies = '' }: Credentials,
    answer?: Pick<RequestMeta, 'https' | 'setCookies'>,
  ): Promise<Caller> {
    const cookie = bearer === undefined ? this.#options.cookies.read(cookies) : undefined
    const credential = bearer ?? cookie?.token
    if (credential === undefined || credential === '') throw new AppError('unauthenticated')
    const isKey = bearer !== undefined && bearer.startsWith(apiKeyPrefix)
    // The cache holds the hash instead of the key, because keys are long-lived and a memory dump would expose them.
    const name = isKey ? hashApiKey(credential) : credential
    const known = this.#unexpired(name)
    const access = known ?? (await (isKey ? this.#readByKey(name) : this.#readByToken(name)))
    if (access === undefined) throw new AppError('unauthenticated')
    if (!access.caller.user.active) throw new AppError('account_inactive')
    this.#recordUse(access)
    if (cookie === undefined || answer === undefined) return access.caller
    const renewed = await this.#renewCookie(access, cookie, { https: answer.https, cookies })
    if (renewed !== undefined) answer.setCookies(renewed)
    return access.caller
  }

  /** Applies a revocation on this instance: these sessions ended, and the access of these users changed. */
  revoked(sessionIds: Iterable<string>, userIds: Iterable<string>): void {
    const revocation = { sessionIds: new Set(sessionIds), userIds: new Set(userIds) }
    if (revocation.sessionIds.size === 0 && revocation.userIds.size === 0) return
    this.#cache.dropRevoked(revocation.sessionIds, revocation.userIds)
    this.#notifyListeners(revocation)
  }

  /**
   * Clears the cache after a revocation may have been missed: every credential is reread and every socket rechecked.
   */
  forgetAll(): void {
    this.#cache.clear()
    this.#notifyListeners('all')
  }

  /**
   * The listener is called after the revoked entries have left the cache. It must authenticate its connections again
   * and close those that are rejected. A changed role is a revocation too: the session stays open with the new role.
   * Returns a function that removes the listener.
   */
  onRevoked(listener: (revocation: Revocation) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #notifyListeners(revocation: Revocation): void {
    for (const listener of this.#listeners) listener(revocation)
  }

  async #readByToken(token: string): Promise<KnownAccess | undefined> {
    const claims = this.#options.tokens.read(token)
    return claims && this.#fill(token, () => this.#readSession(claims))
  }

  #readByKey(hash: string): Promise<KnownAccess | undefined> {
    return this.#fill(hash, () => this.#readKey(hash))
  }

  #unexpired(credential: string): KnownAccess | undefined {
    const known = this.#cache.get(credential)
    const now = this.#options.clock.now()
    if (!known) return undefined
    const { expiresAt } = known.caller.credential
    const isCurrent = expiresAt === null || expiresAt > now
    if (isCurrent && (known.former === undefined || known.former.recheckAt > now)) return known
    this.#cache.drop(credential)
    return undefined
  }

  async #fill(
    credential: string,
    read: () => Promise<KnownAccess | undefined>,
  ): Promise<KnownAccess | undefined> {
    try {
      return await this.#cache.fill(credential, read)
    } catch (error) {
      if (error instanceof StoreError) throw new AppError('store_unavailable', { cause: error })
      throw error
    }
  }

  async #readSession(claims: SessionClaims): Promise<KnownAccess | undefined> {
    const found = await this.#options.store.sessions.withUser(claims.sid)
    if (!found || found.user.id !== claims.uid) return undefined
    const { session, user } = found
    const now = this.#options.clock.now()
    if (user.tokenEpoch !== claims.epoch || !isIssuedToken(claims, session, now)) return undefined
    const { id, expiresAt, device, lastUsedAt: notedAt } = session
    return known(
      user,
      { kind: 'session', id, expiresAt },
      {
        device,
        useRecordedAt: notedAt,
        ...(claims.secret === undefined && { former: { claims, recheckAt: now + formerGraceMs } }),
      },
    )
  }

  async #readKey(hash: string): Promise<KnownAccess | undefined> {
    const found = await this.#options.store.apiKeys.byHash(hash)
    if (!found) return undefined
    const { key, user } = found
    if (key.suspended) throw new AppError('unauthenticated', { message: suspendedKey })
    if (key.expiresAt !== null && key.expiresAt <= this.#options.clock.now()) return undefined
    const { id, expiresAt, lastUsedAt } = key
    return known(user, { kind: 'api-key', id, expiresAt }, { device: '', useRecordedAt: lastUsedAt ?? 0 })
  }

  #recordUse(access: KnownAccess): void {
    const now = this.#options.clock.now()
    if (now - access.useRecordedAt < recordUseEveryMs) return
    access.useRecordedAt = now
    const { userId, sessionId, device, caller } = access
    const { id, expiresAt } = caller.credential
    const apiKeyId = sessionId === null ? id : null
    this.#options.lastUse.record({ userId, sessionId, apiKeyId, at: now, expiresAt })
    if (sessionId !== null) this.#options.sessionSeen?.({ id, userId, device, lastUsedAt: now, expiresAt })
  }

  /**
   * The `Set-Cookie` lines that replace an outdated cookie or renew it for another 400 days; undefined if neither is
   * due.
   */
  async #renewCookie(
    access: KnownAccess,
    cookie: { token: string; former: boolean },
    request: CookieRequest,
  ): Promise<string[] | undefined> {
    const { clock, cookies, tokenLifetimeMs } = this.#options
    const now = clock.now()
    const token = access.former ? await this.#addSecret(access.former.claims) : cookie.token
    if (token === undefined) return undefined
    const isDue = tokenLifetimeMs === null && now - access.renewedAt >= renewEveryMs
    if (!isDue && !cookie.former && !access.former) return undefined
    access.renewedAt = now
    const { expiresAt } = access.caller.credential
    return cookies.setToken(token, expiresAt === null ? null : expiresAt - now, request)
  }

  /**
   * A token with a random part for a session of an earlier version; undefined if another request has got it, or on
   * failure.
   */
  async #addSecret(claims: SessionClaims): Promise<string | undefined> {
    const { store, tokens, clock, logger } = this.#options
    const { secret, secretHash } = makeSessionSecret()
    try {
      const added = await store.sessions.addSecret(claims.sid, secretHash, clock.now())
      return added ? tokens.sign({ ...claims, secret }) : undefined
    } catch (error) {
      // The old token stays valid, and the next request retries.
      logger.debug({ err: error }, 'a session of an earlier version could not be renewed')
      return undefined
    }
  }
}

function known(
  user: UserRow,
  credential: Caller['credential'],
  access: Pick<KnownAccess, 'device' | 'useRecordedAt' | 'former'>,
): KnownAccess {
  const caller = Object.freeze({
    user: Object.freeze(presentUser(user)),
    credential: Object.freeze(credential),
  })
  return { userId: user.id, sessionId: sessionIdOf(caller), caller, renewedAt: 0, ...access }
}

/**
 * Whether Shoal issued this token: the store has the hash of its random part, or the token is old and still accepted.
 */
function isIssuedToken({ secret }: SessionClaims, session: SessionRow, now: number): boolean {
  const { secretHash, secretSince = 0, createdAt } = session
  if (secret !== undefined) return secretHash !== undefined && hashSessionSecret(secret) === secretHash
  return secretHash === undefined ? now < createdAt + formerLifetimeMs : now < secretSince + formerGraceMs
}
