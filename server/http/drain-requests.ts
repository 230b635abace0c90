import type { FastifyInstance } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'

/** They answer for themselves. */
const exempt = new Set(['/health', '/ready', '/metrics'])

/**
 * While the instance drains, connections close after their answer, and what can be asked elsewhere without harm (GET,
 * HEAD) is sent there by a 503, which makes a proxy pass it to the next instance and stop sending anything. POSTs are
 * served to the end.
 */
export function drainRequests(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isDraining()) return done()
    reply.header('connection', 'close')
    const repeatable = request.method === 'GET' || request.method === 'HEAD'
    if (!repeatable || exempt.has(pathOf(request.url))) return done()
    done(new AppError('draining', { retryAfterMs: 1000 }))
  })
}
