import type { FastifyInstance } from 'fastify'
import { originOf } from './origin-check.ts'

/** What SDKs in a page read of an answer. */
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
 * Lets pages of the allowed origins read our answers, with the session's cookie. `*` lets every page, without the
 * cookie: such a page has to have a token or key of its own.
 */
export function allowOrigins(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return
  const named = new Set(allowedOrigins.flatMap((entry) => originOf(entry) ?? []))
  const everybody = allowedOrigins.includes('*')
  app.addHook('onRequest', (request, reply, done) => {
    // Also where it allows nothing: a cache must not give the answer of one origin to another.
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
    // A preflight has no route: it is answered here.
    reply.header('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
    reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    // Every SDK adds headers of its own. The origin decides; a page that may ask at all may ask with any of them.
    const headers = request.headers['access-control-request-headers']
    if (headers !== undefined && headerNames.test(headers))
      reply.header('access-control-allow-headers', headers)
    reply.header('access-control-max-age', '600')
    void reply.code(204).send()
  })
}
