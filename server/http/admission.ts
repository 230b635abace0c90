import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import type { AcceptedCredentials, Access } from '../../protocol/http/operation.ts'
import { requireAccess, requireSession } from '../accounts/index.ts'
import type { Caller, Credentials } from '../accounts/index.ts'
import type { RequestMeta } from '../use-case.ts'

/**
 * Who that is. Rejects with `unauthenticated` (unknown, forged, expired, revoked), `account_inactive`, or a 503 when it
 * cannot be known now; never with `unauthenticated` because something does not answer (rule 18). No I/O for a session
 * that this instance has seen. Sets the cookie again where it is due.
 */
export type Authenticate = (credentials: Credentials, meta: RequestMeta) => Promise<Caller>

export interface AdmissionOptions {
  authenticate: Authenticate
  /** Whether it comes from our own page, an allowed origin or no browser at all. */
  isOwnOrigin: (request: IncomingMessage) => boolean
  /** Hears of each request that is let in for somebody who is signed in, and how to check that again while it runs. */
  admitted: (request: FastifyRequest, authenticateAgain: (() => Promise<Caller>) | undefined) => void
}

/** What an operation declares about its callers. */
export interface Door {
  access: Access
  credentials: AcceptedCredentials
}

/** The doors of the API: who comes in, and who may not use whose cookie. */
export interface Admission {
  /**
   * Throws unless `access` and `credentials` let this request in. The caller is undefined for public operations, and
   * where anyone may ask and nobody is signed in.
   */
  admit(request: FastifyRequest, door: Door): Promise<Caller | undefined>
  /** For other people's clients: a bearer token or key, never the cookie; a pending account does not pass. */
  admitByToken(request: FastifyRequest): Promise<Caller>
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export function createAdmission({ authenticate, isOwnOrigin, admitted }: AdmissionOptions): Admission {
  async function callerOf(credentials: Credentials, request: FastifyRequest): Promise<Caller> {
    const again = (): Promise<Caller> => authenticate(credentials, request.meta)
    const caller = await again()
    // What a cookie admits has a deadline that is shorter than the checks are worth; streams come with tokens.
    admitted(request, credentials.bearer === undefined ? undefined : again)
    return caller
  }

  /** A browser adds the cookie to whatever any page sends, so the page must be ours. A bearer token says that itself. */
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
      // Only what is known to be nobody is nobody: a store that does not answer is not.
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

/** Other schemes belong to somebody else, such as a proxy's basic authentication, and are passed over. */
function bearerOf({ headers }: FastifyRequest): string | undefined {
  const token = /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return token
  return [headers['x-api-key'], headers['api-key']].find(
    (key): key is string => typeof key === 'string' && key !== '',
  )
}
