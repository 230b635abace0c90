import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import type { AcceptedCredentials, Access } from '../../protocol/http/operation.ts'
import type { Authenticate, Caller, Credentials } from './caller.ts'

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
  admit(request: FastifyRequest, reply: FastifyReply, door: Door): Promise<Caller | undefined>
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
    async admit(request, reply, { access, credentials }) {
      const bearer = bearerOf(request)
      checkOrigin(request, bearer)
      if (access === 'public') return undefined
      const { cookie: cookies } = request.headers
      const caller = await identify({ bearer, cookies }, request, access)
      if (caller === undefined) return undefined
      if (caller.renewedCookie !== undefined) reply.header('set-cookie', caller.renewedCookie)
      checkCredentials(caller, credentials)
      checkRole(caller, access)
      return caller
    },
    async admitByToken(request) {
      const caller = await callerOf(credentialsOf(bearerOf(request), undefined), request)
      checkRole(caller, 'user')
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

function checkRole({ role, user, sessionId }: Caller, access: Access): void {
  if (access === 'signed-in' || access === 'anyone') return
  if (role === 'pending') throw new AppError('account_pending')
  if (user.mustChangePassword && sessionId !== null) throw new AppError('password_change_required')
  if (access === 'admin' && role !== 'admin') throw new AppError('forbidden')
}

function checkCredentials({ sessionId }: Caller, accepted: AcceptedCredentials): void {
  if (accepted === 'session' && sessionId === null) {
    throw new AppError('forbidden', {
      message: 'An API key may not do this. Sign in with your password, and use the session’s token.',
    })
  }
}
