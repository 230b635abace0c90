import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/index.ts'
import { randomToken } from '../base/index.ts'

/** What a session's token says. It is believed together with the store's rows only. */
export interface SessionClaims {
  sid: string
  uid: string
  epoch: string
  /** Epoch ms; null: never. */
  expiresAt: number | null
  /**
   * A random part whose hash the session's row has: who reads the database, the signing key included, still cannot make
   * a token. Absent from tokens of earlier versions.
   */
  secret?: string
}

export interface SessionTokens {
  sign(claims: SessionClaims): string
  /** Undefined: forged, damaged, expired, or not one of ours. Never throws. */
  read(token: string): SessionClaims | undefined
}

/** Far above any token we make; longer ones are refused before anything is computed. */
const longest = 2048

/** 256 random bits for a session's token, and what the store keeps of them. */
export function makeSessionSecret(): { secret: string; secretHash: string } {
  const secret = randomToken(32)
  return { secret, secretHash: hashSessionSecret(secret) }
}

/** A plain hash is enough: nobody guesses 256 bits. */
export function hashSessionSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/**
 * JSON Web Tokens (RFC 7519), HS256, by a key of their own that is derived from `secretKey`. They have that form so that
 * instances of the previous version accept them during an upgrade: those ignore the random part.
 */
export function createSessionTokens(secretKey: string, clock: Clock): SessionTokens {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secretKey, '', 'shoal session token 1', 32)))
  const head = encode({ alg: 'HS256', typ: 'JWT' })
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
      return `${head}.${body}.${macOf(`${head}.${body}`).toString('base64url')}`
    },
    read(token) {
      if (token.length > longest) return undefined
      const [given = '', body = '', mac = '', ...rest] = token.split('.')
      // Our own head only: it names the algorithm, which nobody else may choose.
      if (rest.length > 0 || !sameHead(given, head)) return undefined
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
    // Whatever is wrong with it, it is no token of ours: nobody needs to know more.
    return undefined
  }
}

/** Earlier versions wrote the same fields, perhaps in another order. */
function sameHead(given: string, head: string): boolean {
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
