import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fastifyStatic } from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { pageRoutes } from '../../protocol/page-routes.ts'
import type { HttpConfig } from './http-config.ts'
import type { RefuseUnknown } from './known-routes.ts'
import { pathOf } from './request-log.ts'
import { securityHeaders } from './security-headers.ts'

/** Not even for a person is anything below these a page. */
const programs = /^\/(api|v1|ws|health|ready|metrics)(\/|$)/

const notBuilt = `The page has not been built yet.

Run "npm run build" in the folder of Shoal, then reload. The API works without it.
`

/**
 * Serves the built page from `root`: hashed files for a year, compressed where they lie compressed beside the
 * original, and the page itself for the page's own addresses. Everything else does not exist, and is told so in JSON: a
 * program that was given a wrong address must not take a web page for an answer.
 */
export function serveStaticFiles(
  app: FastifyInstance,
  { webRoot: root, basePath }: Pick<HttpConfig, 'webRoot' | 'basePath'>,
  refuseUnknown: RefuseUnknown,
): void {
  void app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    dotfiles: 'ignore',
    maxAge: '1h',
  })
  for (const path of ['/index.html', ...Object.values(pageRoutes)]) {
    app.get(path.replaceAll('$', ':'), (request, reply) =>
      acceptsHtml(request.headers.accept)
        ? sendPage(reply.headers(securityHeaders), { root, basePath })
        : refuseUnknown(request, reply),
    )
  }
  app.get('/*', { config: { fallback: true } }, (request, reply) => {
    const path = pathOf(request.url)
    if (programs.test(path)) return refuseUnknown(request, reply)
    reply.headers(securityHeaders)
    if (path.startsWith('/assets/')) return reply.sendFile(path, { maxAge: '365d', immutable: true })
    if (extname(path) !== '') return reply.sendFile(path)
    // A person who mistyped an address: the page says so, with a way back.
    if (request.headers['sec-fetch-mode'] === 'navigate') return sendPage(reply.code(404), { root, basePath })
    return refuseUnknown(request, reply)
  })
}

/** Browsers name it when they open a page; `*` and nothing at all is anything. */
function acceptsHtml(accept = '*/*'): boolean {
  return /text\/(html|\*)|application\/xhtml|\*\/\*/i.test(accept)
}

async function sendPage(
  reply: FastifyReply,
  { root, basePath }: { root: string; basePath: string },
): Promise<FastifyReply> {
  const file = join(root, 'index.html')
  // Asked anew each time while it is missing: a build may end at any moment.
  if (!existsSync(file)) {
    return reply
      .code(404)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(notBuilt)
  }
  reply.header('cache-control', 'no-cache')
  if (basePath === '') return reply.sendFile('index.html', { cacheControl: false })
  return reply.type('text/html; charset=utf-8').send(below(await readFile(file, 'utf8'), basePath))
}

/** The page with the path below which it is served before each of its addresses, and known to its scripts. */
function below(html: string, basePath: string): string {
  return html
    .replace('<html', `<html data-base="${basePath}"`)
    .replaceAll(/\b(href|src)="\/(?!\/)/g, `$1="${basePath}/`)
}
