import { createHmac, timingSafeEqual } from 'node:crypto'
import type { UseCase } from '../use-case.ts'
import { sessionIdOf } from './caller.ts'

/**
 * A token that a client can get only by reading the response to a request with the session's cookie. Pages of other
 * sites cannot read such a response, so the token proves that the client is Shoal's page or not a browser.
 */
export interface OriginProof {
  proofOf: (sessionId: string) => string
  /** Compares in constant time. */
  verify: (sessionId: string, proof: string) => boolean
}

/** The proofs are derived from the installation's secret, so every instance can check them, and they are not stored. */
export function createOriginProof(secretKey: string): OriginProof {
  const proofOf = (sessionId: string): string =>
    createHmac('sha256', secretKey).update('shoal origin proof\0').update(sessionId).digest('base64url')
  return {
    proofOf,
    verify(sessionId, proof) {
      const [expected, given] = [Buffer.from(proofOf(sessionId)), Buffer.from(proof)]
      return expected.length === given.length && timingSafeEqual(expected, given)
    },
  }
}

export function createGetOriginProof(originProof: OriginProof): UseCase<'getOriginProof'> {
  return async (caller) => {
    const sessionId = sessionIdOf(caller)
    return { proof: sessionId === null ? null : originProof.proofOf(sessionId) }
  }
}
