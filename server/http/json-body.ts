import type { FastifyInstance } from 'fastify'

/**
 * Accepts only JSON bodies, so that HTML forms of other sites cannot send any. Keys that could change a prototype are
 * rejected. An empty body counts as no body, because many clients set the JSON content type and then send nothing.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else void parse(request, String(body), done)
  })
}
