import type { FastifyInstance } from 'fastify'
import { originOf } from './origin-check.ts'

/**
 * Lets pages of the allowed origins read our answers, with the session's cookie. `*` lets every page, without the
 * cookie: such a page has to have a token or key of its own.
 */
export function allowOrigins(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  if (allowedOrigins.length === 0) return
  const named = new Set(allowedOrigins.flatMap((entry) => originOf(entry) ?? []))
  const everybody = allowedOrigins.includes('*')
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    if (origin === undefined) return done()
    const known = named.has(origin)
    if (!known && !everybody) return done()
    reply.header('access-control-allow-origin', known ? origin : '*')
    reply.header('vary', 'Origin')
    if (known) reply.header('access-control-allow-credentials', 'true')
    reply.header('access-control-expose-headers', 'x-request-id, retry-after')
    const wanted = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || wanted === undefined) return done()
    // A preflight has no route: it is answered here.
    reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    reply.header('access-control-allow-headers', 'authorization, content-type, x-api-key, x-request-id')
    reply.header('access-control-max-age', '600')
    void reply.code(204).send()
  })
}
