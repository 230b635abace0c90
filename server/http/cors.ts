import type { FastifyInstance } from 'fastify'
import { originOf } from './origin-check.ts'

/** The response headers that SDKs in a page need to read. */
const exposed = [
  'x-request-id',
  'retry-after',
  'x-should-retry',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
].join(', ')

const headerNames = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*$/

/**
 * Lets pages of the allowed origins read our responses, and send the session cookie. `*` allows every page, but without
 * the cookie: such a page needs its own token or API key.
 */
export function allowOrigins(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return
  const named = new Set(allowedOrigins.flatMap((entry) => originOf(entry) ?? []))
  const everybody = allowedOrigins.includes('*')
  app.addHook('onRequest', (request, reply, done) => {
    // Set even if nothing is allowed, because a cache must not serve the response for one origin to another.
    reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined) return done()
    const known = named.has(origin)
    if (!known && !everybody) return done()
    reply.header('access-control-allow-origin', known ? origin : '*')
    if (known) reply.header('access-control-allow-credentials', 'true')
    reply.header('access-control-expose-headers', exposed)
    const wanted = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || wanted === undefined) return done()
    // A preflight request has no route, so the response is sent here.
    reply.header('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
    reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    // SDKs send headers of their own. An allowed origin may send any header.
    const headers = request.headers['access-control-request-headers']
    if (headers !== undefined && headerNames.test(headers))
      reply.header('access-control-allow-headers', headers)
    reply.header('access-control-max-age', '600')
    void reply.code(204).send()
  })
}
