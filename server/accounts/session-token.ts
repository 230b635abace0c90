import { hkdfSync } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import type { Clock } from '../base/index.ts'

/** What a session's token says. It is believed together with the store's rows only. */
export interface SessionClaims {
  sid: string
  uid: string
  epoch: string
  /** Epoch ms; null: never. */
  expiresAt: number | null
}

export interface SessionTokens {
  sign(claims: SessionClaims): string
  /** Undefined: forged, damaged, expired, or not one of ours. Never throws. */
  read(token: string): SessionClaims | undefined
}

/** Far above any token we make; longer ones are refused before anything is computed. */
const longest = 2048

/** JSON Web Tokens (RFC 7519), HS256, by a key of their own that is derived from `secretKey`. */
export function createSessionTokens(secretKey: string, clock: Clock): SessionTokens {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'shoal session token 1', 32))
  const sign = createSigner<Record<string, unknown>>({ key, algorithm: 'HS256', noTimestamp: true })
  // Expiry is compared below, by the injected clock.
  const verify = createVerifier<string>({ key, algorithms: ['HS256'], ignoreExpiration: true })

  return {
    sign: ({ sid, uid, epoch, expiresAt }) =>
      sign({
        sid,
        uid,
        epoch,
        ...(expiresAt === null ? {} : { exp: Math.ceil(expiresAt / 1000) }),
      }),
    read(token) {
      if (token.length > longest) return undefined
      let claims: unknown
      try {
        claims = verify(token)
      } catch {
        // Whatever is wrong with it, it is no token of ours: nobody needs to know more.
        return undefined
      }
      const read = readClaims(claims)
      return read && (read.expiresAt === null || read.expiresAt > clock.now()) ? read : undefined
    },
  }
}

function readClaims(claims: unknown): SessionClaims | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined
  const { sid, uid, epoch, exp }: { sid?: unknown; uid?: unknown; epoch?: unknown; exp?: unknown } = claims
  if (typeof sid !== 'string' || typeof uid !== 'string' || typeof epoch !== 'string') return undefined
  if (exp !== undefined && typeof exp !== 'number') return undefined
  return { sid, uid, epoch, expiresAt: exp === undefined ? null : exp * 1000 }
}
