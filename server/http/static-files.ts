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

/** Paths of the API and of monitoring. Unknown paths below them never show the web page, not even in a browser. */
const programPaths = /^\/(api|v1|ws|health|ready|metrics)(\/|$)/

const notBuiltText = `The web page has not been built yet.

Run "npm run build" in the Shoal folder, then reload this page. The API works without it.
`

/**
 * Serves the built page from `root`: files with a hash in their name, cached for a year and compressed if a compressed
 * copy exists, and the page itself at its own paths. All other paths get a 404 in JSON, so that a program with a wrong
 * address does not mistake a web page for a response of the API.
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
    if (programPaths.test(path)) return refuseUnknown(request, reply)
    reply.headers(securityHeaders)
    if (path.startsWith('/assets/')) return reply.sendFile(path, { maxAge: '365d', immutable: true })
    if (extname(path) !== '') return reply.sendFile(path)
    // A user mistyped the address: the page shows that, with a link back.
    if (request.headers['sec-fetch-mode'] === 'navigate') return sendPage(reply.code(404), { root, basePath })
    return refuseUnknown(request, reply)
  })
}

/** Browsers name HTML when they open a page. `*` and a missing header accept anything. */
function acceptsHtml(accept = '*/*'): boolean {
  return /text\/(html|\*)|application\/xhtml|\*\/\*/i.test(accept)
}

async function sendPage(
  reply: FastifyReply,
  { root, basePath }: { root: string; basePath: string },
): Promise<FastifyReply> {
  const file = join(root, 'index.html')
  // Checked on each request, because a build may finish at any time.
  if (!existsSync(file)) {
    return reply
      .code(404)
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(notBuiltText)
  }
  reply.header('cache-control', 'no-cache')
  if (basePath === '') return reply.sendFile('index.html', { cacheControl: false })
  return reply.type('text/html; charset=utf-8').send(addBasePath(await readFile(file, 'utf8'), basePath))
}

/** Adds the base path to the URLs in the page's HTML, and as `data-base` for its scripts. */
function addBasePath(html: string, basePath: string): string {
  return html
    .replace('<html', `<html data-base="${basePath}"`)
    .replaceAll(/\b(href|src)="\/(?!\/)/g, `$1="${basePath}/`)
}
