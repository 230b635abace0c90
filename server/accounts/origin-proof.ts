import { createHmac, timingSafeEqual } from 'node:crypto'
import type { UseCase } from '../use-case.ts'
import { sessionIdOf } from './caller.ts'

/** What shows that whoever has it could read an answer to a session's request: a page of ours, or no browser. */
export interface OriginProof {
  of: (sessionId: string) => string
  /** Takes the same time wherever a wrong one differs. */
  holds: (sessionId: string, proof: string) => boolean
}

/** Derived from the installation's secret: every instance knows every session's, and none is stored. */
export function createOriginProof(secretKey: string): OriginProof {
  const of = (sessionId: string): string =>
    createHmac('sha256', secretKey).update('shoal origin proof\0').update(sessionId).digest('base64url')
  return {
    of,
    holds(sessionId, proof) {
      const [expected, given] = [Buffer.from(of(sessionId)), Buffer.from(proof)]
      return expected.length === given.length && timingSafeEqual(expected, given)
    },
  }
}

export function createGetOriginProof(originProof: OriginProof): UseCase<'getOriginProof'> {
  return async (caller) => {
    const sessionId = sessionIdOf(caller)
    return { proof: sessionId === null ? null : originProof.of(sessionId) }
  }
}
