import type { FastifyInstance } from 'fastify'

/**
 * While the instance drains, requests are still served, but each connection closes after its response. A proxy that has
 * not noticed the drain yet loses no request and opens its next connection to another instance.
 */
export function drainRequests(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onRequest', (_request, reply, done) => {
    if (isDraining()) reply.header('connection', 'close')
    done()
  })
}
