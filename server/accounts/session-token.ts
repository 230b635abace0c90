import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/index.ts'
import { randomToken } from '../base/index.ts'

/** The claims in a session token. They are valid only if they match the session and user in the store. */
export interface SessionClaims {
  sid: string
  uid: string
  epoch: string
  /** Epoch ms; null: never. */
  expiresAt: number | null
  /**
   * A random value whose hash is stored with the session: an attacker who can read the database, signing key included,
   * still cannot create a token. Absent from tokens of earlier versions.
   */
  secret?: string
}

export interface SessionTokens {
  sign(claims: SessionClaims): string
  /** Undefined if the token is forged, damaged, expired or not a session token. Never throws. */
  read(token: string): SessionClaims | undefined
}

/** Far longer than any valid token. Longer ones are rejected before any computation. */
const maxTokenLength = 2048

/** Generates 256 random bits for a session token, and the hash for the store. */
export function makeSessionSecret(): { secret: string; secretHash: string } {
  const secret = randomToken(32)
  return { secret, secretHash: hashSessionSecret(secret) }
}

/** A fast hash is enough, because 256 random bits cannot be guessed. */
export function hashSessionSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/**
 * JSON Web Tokens (RFC 7519) with HS256 and a key derived from `secretKey`. Instances of the previous version accept
 * these tokens during an upgrade, because they use the same format and ignore the random part.
 */
export function createSessionTokens(secretKey: string, clock: Clock): SessionTokens {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secretKey, '', 'shoal session token 1', 32)))
  const header = encode({ alg: 'HS256', typ: 'JWT' })
  const macOf = (signed: string): Buffer => createHmac('sha256', key).update(signed).digest()

  return {
    sign({ sid, uid, epoch, expiresAt, secret }) {
      const body = encode({
        sid,
        uid,
        epoch,
        ...(expiresAt === null ? {} : { exp: Math.ceil(expiresAt / 1000) }),
        ...(secret === undefined ? {} : { secret }),
      })
      return `${header}.${body}.${macOf(`${header}.${body}`).toString('base64url')}`
    },
    read(token) {
      if (token.length > maxTokenLength) return undefined
      const [given = '', body = '', mac = '', ...rest] = token.split('.')
      // Only our own header is accepted: it names the algorithm, which a client must not choose.
      if (rest.length > 0 || !isSameHeader(given, header)) return undefined
      const [expected, received] = [macOf(`${given}.${body}`), Buffer.from(mac, 'base64url')]
      if (expected.length !== received.length || !timingSafeEqual(expected, received)) return undefined
      const claims = readClaims(decode(body))
      return claims && (claims.expiresAt === null || claims.expiresAt > clock.now()) ? claims : undefined
    },
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    // If any part is malformed, Shoal did not issue this token. Callers need no details.
    return undefined
  }
}

/** Whether the header is ours. Earlier versions wrote the same fields, possibly in another order. */
function isSameHeader(given: string, head: string): boolean {
  if (given === head) return true
  const fields = decode(given)
  if (typeof fields !== 'object' || fields === null) return false
  const { alg, typ = 'JWT' }: { alg?: unknown; typ?: unknown } = fields
  return alg === 'HS256' && typ === 'JWT'
}

function readClaims(claims: unknown): SessionClaims | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined
  const { sid, uid, epoch, exp, secret }: { [name in string]?: unknown } = { ...claims }
  if (typeof sid !== 'string' || typeof uid !== 'string' || typeof epoch !== 'string') return undefined
  if (exp !== undefined && typeof exp !== 'number') return undefined
  if (secret !== undefined && typeof secret !== 'string') return undefined
  return {
    sid,
    uid,
    epoch,
    expiresAt: exp === undefined ? null : exp * 1000,
    ...(secret === undefined ? {} : { secret }),
  }
}
