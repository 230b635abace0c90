import { AppError } from '../../protocol/errors.ts'
import type { UserView } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { SessionRow } from '../store/contract/sessions.ts'
import type { UserRow } from '../store/contract/users.ts'
import { StoreError } from '../store/store.ts'
import { AccessCache } from './access-cache.ts'
import { apiKeyPrefix, hashApiKey } from './api-key.ts'
import type { AccountStore, Caller, SessionSeen } from './context.ts'
import type { LastUse } from './last-use.ts'
import { presentUser } from './present-user.ts'
import type { CookieRequest } from './host-cookie.ts'
import type { SessionCookies } from './session-cookies.ts'
import { hashSessionSecret, makeSessionSecret } from './session-token.ts'
import type { SessionClaims, SessionTokens } from './session-token.ts'

export interface Credentials {
  /** The `Cookie` header. */
  cookies?: string
  /** From `Authorization: Bearer` or `x-api-key`: a session's token or an API key. It wins over a cookie. */
  bearer?: string
}

/** What may have lost its right. `all`: something was missed, so check every one again. */
export type Revocation = { sessionIds: ReadonlySet<string>; userIds: ReadonlySet<string> } | 'all'

export interface AuthenticatorOptions {
  store: Pick<AccountStore, 'sessions' | 'apiKeys'>
  tokens: SessionTokens
  lastUse: LastUse
  sessionSeen?: SessionSeen
  cookies: SessionCookies
  logger: Logger
  /** Null: sessions never end, and their cookies are renewed by use. */
  tokenLifetimeMs: number | null
  clock: Clock
  /** Sessions and keys kept in memory. */
  most?: number
}

interface KnownAccess {
  userId: string
  sessionId: string | null
  apiKeyId: string | null
  /** Of a session. */
  device: string
  user: UserView
  expiresAt: number | null
  /** When its use was last noted. */
  notedAt: number
  /** When this instance last sent its cookie again. */
  renewedAt: number
  /** The claims of a token of an earlier version, without a random part, and when they have to be checked again. */
  former?: { claims: SessionClaims; recheckAt: number }
}

/** How an answer to the request can carry cookies. Absent where it cannot: a socket. */
export interface CookieAnswer {
  https: boolean
}

const noteEveryMs = 60_000
const renewEveryMs = 86_400_000
const suspendedKey =
  'This API key is suspended because the data was restored or copied. Ask an administrator to confirm it: shoal store confirm.'
/** A session of an earlier version, whose token has no random part, ends this long after it began at the latest. */
const formerLifetimeMs = 28 * 86_400_000
/** So long its former token is accepted after a browser got one with a random part: other requests are on their way. */
const formerGraceMs = 60_000

/**
 * Who makes a request (P5): in memory for a session or key that this instance has seen, one statement at first sight.
 * Whoever keeps something open for a caller (a socket) first makes itself known by `onRevoked`, then authenticates
 * once more: no revocation falls between.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #cache: AccessCache<KnownAccess>
  readonly #listeners = new Set<(revocation: Revocation) => void>()

  constructor(options: AuthenticatorOptions) {
    this.#options = options
    this.#cache = new AccessCache(options.most)
  }

  /**
   * Rejects with `unauthenticated` (unknown, forged, expired, ended), `account_inactive`, or `store_unavailable` when it
   * cannot be known now: what does not answer is never a reason to sign anybody out.
   */
  async authenticate({ bearer, cookies = '' }: Credentials, answer?: CookieAnswer): Promise<Caller> {
    const cookie = bearer === undefined ? this.#options.cookies.read(cookies) : undefined
    const credential = bearer ?? cookie?.token
    if (credential === undefined || credential === '') throw new AppError('unauthenticated')
    const isKey = bearer !== undefined && bearer.startsWith(apiKeyPrefix)
    const access = isKey ? await this.#byKey(credential) : await this.#byToken(credential)
    if (access === undefined) throw new AppError('unauthenticated')
    if (!access.user.active) throw new AppError('account_inactive')
    this.#note(access)
    const { user, sessionId, apiKeyId, expiresAt } = access
    const caller: Caller = { user, role: user.role, sessionId, apiKeyId, expiresAt }
    if (cookie === undefined || answer === undefined) return caller
    const renewedCookie = await this.#renewCookie(access, cookie, { ...answer, cookies })
    return renewedCookie === undefined ? caller : { ...caller, renewedCookie }
  }

  /** These sessions ended, the access of these users changed: here at once, wherever it was decided. */
  revoked(sessionIds: Iterable<string>, userIds: Iterable<string>): void {
    const revocation = { sessionIds: new Set(sessionIds), userIds: new Set(userIds) }
    if (revocation.sessionIds.size === 0 && revocation.userIds.size === 0) return
    this.#cache.revoked(revocation.sessionIds, revocation.userIds)
    this.#tell(revocation)
  }

  /** Some revocation may have been missed: everything is read anew, and every socket checks itself again. */
  forgetAll(): void {
    this.#cache.forgetAll()
    this.#tell('all')
  }

  /**
   * Called after the cache has forgotten. The listener authenticates what it holds again and closes what is refused:
   * a changed role is a revocation too, and the session goes on with the new one. Returns how to stop listening.
   */
  onRevoked(listener: (revocation: Revocation) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(revocation: Revocation): void {
    for (const listener of this.#listeners) listener(revocation)
  }

  async #byToken(token: string): Promise<KnownAccess | undefined> {
    const known = this.#unexpired(token)
    if (known) return known
    const claims = this.#options.tokens.read(token)
    return claims && this.#fill(token, () => this.#readSession(claims))
  }

  async #byKey(key: string): Promise<KnownAccess | undefined> {
    // By its hash: keys live long, and memory gets dumped.
    const hash = hashApiKey(key)
    return this.#unexpired(hash) ?? this.#fill(hash, () => this.#readKey(hash))
  }

  #unexpired(credential: string): KnownAccess | undefined {
    const known = this.#cache.get(credential)
    const now = this.#options.clock.now()
    if (!known) return undefined
    const isCurrent = known.expiresAt === null || known.expiresAt > now
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
    if (user.tokenEpoch !== claims.epoch || !hasProvenItself(claims, session, now)) return undefined
    return this.#known(user, {
      sessionId: session.id,
      apiKeyId: null,
      device: session.device,
      expiresAt: session.expiresAt,
      notedAt: session.lastUsedAt,
      ...(claims.secret === undefined && { former: { claims, recheckAt: now + formerGraceMs } }),
    })
  }

  async #readKey(hash: string): Promise<KnownAccess | undefined> {
    const found = await this.#options.store.apiKeys.byHash(hash)
    if (!found) return undefined
    const { key, user } = found
    if (key.suspended) throw new AppError('unauthenticated', { message: suspendedKey })
    if (key.expiresAt !== null && key.expiresAt <= this.#options.clock.now()) return undefined
    return this.#known(user, {
      sessionId: null,
      apiKeyId: key.id,
      device: '',
      expiresAt: key.expiresAt,
      notedAt: key.lastUsedAt ?? 0,
    })
  }

  #known(
    user: UserRow,
    access: Pick<KnownAccess, 'sessionId' | 'apiKeyId' | 'device' | 'expiresAt' | 'notedAt' | 'former'>,
  ): KnownAccess {
    return { userId: user.id, user: Object.freeze(presentUser(user)), renewedAt: 0, ...access }
  }

  #note(access: KnownAccess): void {
    const now = this.#options.clock.now()
    if (now - access.notedAt < noteEveryMs) return
    access.notedAt = now
    this.#options.lastUse.mark({
      userId: access.userId,
      sessionId: access.sessionId,
      apiKeyId: access.apiKeyId,
      at: now,
      expiresAt: access.expiresAt,
    })
    const { sessionId: id, userId, device, expiresAt } = access
    if (id !== null) this.#options.sessionSeen?.({ id, userId, device, lastUsedAt: now, expiresAt })
  }

  /** The `Set-Cookie` lines for a cookie that should be replaced, or kept by the browser for another 400 days. */
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
    return cookies.carry(token, access.expiresAt === null ? null : access.expiresAt - now, request)
  }

  /** A token with a random part for a session of an earlier version. Undefined: another request gets it. */
  async #addSecret(claims: SessionClaims): Promise<string | undefined> {
    const { store, tokens, clock, logger } = this.#options
    const { secret, secretHash } = makeSessionSecret()
    try {
      const added = await store.sessions.addSecret(claims.sid, secretHash, clock.now())
      return added ? tokens.sign({ ...claims, secret }) : undefined
    } catch (error) {
      // The former token holds meanwhile, and the next request tries again.
      logger.debug({ err: error }, 'a session of an earlier version could not be renewed')
      return undefined
    }
  }
}

/** Whether whoever has this token was given it: the store has the hash of its random part. */
function hasProvenItself({ secret }: SessionClaims, session: SessionRow, now: number): boolean {
  const { secretHash, secretSince = 0, createdAt } = session
  if (secret !== undefined) return secretHash !== undefined && hashSessionSecret(secret) === secretHash
  return secretHash === undefined ? now < createdAt + formerLifetimeMs : now < secretSince + formerGraceMs
}
