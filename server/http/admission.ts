import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import type { AcceptedCredentials, Access } from '../../protocol/http/operation.ts'
import { requireAccess, requireSession } from '../accounts/index.ts'
import type { Caller, Credentials } from '../accounts/index.ts'
import type { RequestMeta } from '../use-case.ts'

/**
 * Finds out who makes a request. Rejects with `unauthenticated` (unknown, forged, expired or revoked credentials),
 * `account_inactive`, or a 503 error if that cannot be determined now: an outage never causes `unauthenticated`
 * (rule 18). Needs no I/O for a session that this instance has seen. Renews the cookie if that is due.
 */
export type Authenticate = (credentials: Credentials, meta: RequestMeta) => Promise<Caller>

export interface AdmissionOptions {
  authenticate: Authenticate
  /** Whether the request comes from our own page, from an allowed origin or from a client that is not a browser. */
  isOwnOrigin: (request: IncomingMessage) => boolean
  /**
   * Called for each request of an authenticated user. `authenticateAgain` repeats the check while the request runs; it
   * is undefined if the request does not need that.
   */
  onAdmitted: (request: FastifyRequest, authenticateAgain: (() => Promise<Caller>) | undefined) => void
}

/** The callers that an operation accepts. */
export interface AccessRule {
  access: Access
  credentials: AcceptedCredentials
}

/** Decides which requests are served: checks credentials, access and, for requests with a cookie, the origin. */
export interface Admission {
  /**
   * Throws if `access` and `credentials` do not permit this request. The caller is undefined for public operations, and
   * for `anyone` if the client is not signed in.
   */
  admit(request: FastifyRequest, rule: AccessRule): Promise<Caller | undefined>
  /** For OpenAI-compatible clients: accepts a bearer token or API key, never the cookie. Rejects pending accounts. */
  admitByToken(request: FastifyRequest): Promise<Caller>
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function createAdmission({ authenticate, isOwnOrigin, onAdmitted }: AdmissionOptions): Admission {
  async function callerOf(credentials: Credentials, request: FastifyRequest): Promise<Caller> {
    const caller = await authenticate(credentials, request.meta)
    // Only requests with tokens are rechecked: they may stream for long, while those with a cookie end at a short
    // deadline.
    const again = credentials.bearer === undefined ? undefined : () => authenticate(credentials, request.meta)
    onAdmitted(request, again)
    return caller
  }

  /**
   * Browsers add the cookie to requests of any page, so the page must be ours. They add no bearer token by themselves.
   */
  function checkOrigin(request: FastifyRequest, bearer: string | undefined): void {
    if (bearer !== undefined || safeMethods.has(request.method)) return
    if (!isOwnOrigin(request.raw)) throw new AppError('wrong_origin', { field: 'origin' })
  }

  async function identify(
    { bearer, cookies }: { bearer: string | undefined; cookies: string | undefined },
    request: FastifyRequest,
    access: Access,
  ): Promise<Caller | undefined> {
    try {
      return await callerOf(credentialsOf(bearer, cookies), request)
    } catch (error) {
      // The client is not signed in only if that is certain, which it is not while the store does not respond.
      if (access === 'anyone' && error instanceof AppError && error.code === 'unauthenticated')
        return undefined
      throw error
    }
  }

  return {
    async admit(request, { access, credentials }) {
      const bearer = bearerOf(request)
      checkOrigin(request, bearer)
      if (access === 'public') return undefined
      const { cookie: cookies } = request.headers
      const caller = await identify({ bearer, cookies }, request, access)
      if (caller === undefined) return undefined
      if (credentials === 'session') requireSession(caller)
      requireAccess(caller, access)
      return caller
    },
    async admitByToken(request) {
      const caller = await callerOf(credentialsOf(bearerOf(request), undefined), request)
      requireAccess(caller, 'user')
      return caller
    },
  }
}

function credentialsOf(bearer: string | undefined, cookies: string | undefined): Credentials {
  if (bearer !== undefined) return { bearer }
  if (cookies !== undefined) return { cookies }
  throw new AppError('unauthenticated')
}

/**
 * Other authorization schemes are ignored, because they are for other systems, such as a proxy's basic authentication.
 */
function bearerOf({ headers }: FastifyRequest): string | undefined {
  const token = /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return token
  return [headers['x-api-key'], headers['api-key']].find(
    (key): key is string => typeof key === 'string' && key !== '',
  )
}
