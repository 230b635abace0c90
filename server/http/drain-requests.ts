import type { FastifyInstance } from 'fastify'

/**
 * While the instance drains, every request that still comes is served, and its connection closes after the answer: a
 * proxy that has not noticed yet loses nothing, and comes back with a new connection, elsewhere.
 */
export function drainRequests(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onRequest', (_request, reply, done) => {
    if (isDraining()) reply.header('connection', 'close')
    done()
  })
}
