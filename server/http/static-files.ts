import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'
import { securityHeaders } from './security-headers.ts'

/** Paths of programs: an unknown one is an error, never the page. */
const programs = /^\/(api|v1|ws|health|ready|metrics)(\/|$)/

const notBuilt = `The page has not been built yet.

Run "npm run build" in the folder of Shoal, then reload. The API works without it.
`

/**
 * Serves the built page from `root`: hashed files for a year, compressed where they lie compressed beside the
 * original, the page itself for every path that is neither a file's nor a program's. A missing file stays missing.
 */
export function serveStaticFiles(app: FastifyInstance, root: string): void {
  void app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    dotfiles: 'ignore',
    maxAge: '1h',
  })
  app.get('/*', (request, reply) => {
    const path = pathOf(request.url)
    if (programs.test(path))
      throw new AppError('not_found', { message: `There is no ${request.method} ${path}.` })
    reply.headers(securityHeaders)
    if (path.startsWith('/assets/')) return reply.sendFile(path, { maxAge: '365d', immutable: true })
    if (path !== '/index.html' && extname(path) !== '') return reply.sendFile(path)
    return sendPage(reply, root)
  })
}

function sendPage(reply: FastifyReply, root: string): FastifyReply {
  // Asked anew each time while it is missing: a build may end at any moment.
  if (!existsSync(join(root, 'index.html'))) {
    return reply
      .code(404)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(notBuilt)
  }
  reply.header('cache-control', 'no-cache')
  return reply.sendFile('index.html', { cacheControl: false })
}
