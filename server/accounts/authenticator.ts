import { AppError } from '../../protocol/errors.ts'
import type { UserView } from '../../protocol/index.ts'
import type { Clock } from '../base/index.ts'
import type { UserRow } from '../store/contract/users.ts'
import { StoreError } from '../store/store.ts'
import { AccessCache } from './access-cache.ts'
import { apiKeyPrefix, hashApiKey } from './api-key.ts'
import type { AccountStore, Caller, CookieConfig, RequestMeta, SessionSeen } from './context.ts'
import type { LastUse } from './last-use.ts'
import { presentUser } from './present-user.ts'
import { cookieFor } from './session-cookie.ts'
import type { SessionClaims, SessionTokens } from './session-token.ts'

export interface Credentials {
  /** What the session cookie held. */
  cookieToken?: string
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
  cookies: CookieConfig
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
  /** When this instance last sent its cookie anew. */
  renewedAt: number
}

const noteEveryMs = 60_000
const renewEveryMs = 86_400_000
const suspendedKey =
  'This API key is suspended because the data was restored or copied. Ask an administrator to confirm it: shoal store confirm.'

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
  async authenticate(
    { bearer, cookieToken }: Credentials,
    meta: Pick<RequestMeta, 'secure'>,
  ): Promise<Caller> {
    const credential = bearer ?? cookieToken
    if (credential === undefined || credential === '') throw new AppError('unauthenticated')
    const isKey = bearer !== undefined && bearer.startsWith(apiKeyPrefix)
    const access = isKey ? await this.#byKey(credential) : await this.#byToken(credential)
    if (access === undefined) throw new AppError('unauthenticated')
    if (!access.user.active) throw new AppError('account_inactive')
    this.#note(access)
    const { user, sessionId, apiKeyId } = access
    const caller: Caller = { user, role: user.role, sessionId, apiKeyId }
    if (bearer !== undefined || this.#options.tokenLifetimeMs !== null) return caller
    const renewedCookie = this.#renewCookie(access, credential, meta)
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
    if (!known || known.expiresAt === null || known.expiresAt > this.#options.clock.now()) return known
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
    if (!found || found.user.id !== claims.uid || found.user.tokenEpoch !== claims.epoch) return undefined
    const { session, user } = found
    return this.#known(user, {
      sessionId: session.id,
      apiKeyId: null,
      device: session.device,
      expiresAt: session.expiresAt,
      notedAt: session.lastUsedAt,
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
    access: Pick<KnownAccess, 'sessionId' | 'apiKeyId' | 'device' | 'expiresAt' | 'notedAt'>,
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

  /** Once a day: the browser then keeps the cookie for another 400 days. */
  #renewCookie(
    access: KnownAccess,
    token: string,
    { secure }: Pick<RequestMeta, 'secure'>,
  ): string | undefined {
    const { clock, cookies: config } = this.#options
    const now = clock.now()
    if (now - access.renewedAt < renewEveryMs || (config.secure && !secure)) return undefined
    access.renewedAt = now
    return cookieFor(token, { config, secureRequest: secure, lifetimeMs: null })
  }
}
