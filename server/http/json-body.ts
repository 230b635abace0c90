import type { FastifyInstance } from 'fastify'

/**
 * JSON is the only form of a body: a form that another site posts has none of its types. Keys that would reach a
 * prototype are refused. An empty body is none, since many clients announce JSON and then send nothing.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else void parse(request, String(body), done)
  })
}
