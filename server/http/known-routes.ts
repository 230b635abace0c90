import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route matches all paths that no other route matches, so its methods do not count as existing at a path. */
    fallback?: boolean
  }
}

/** Throws the error for a request without a route: 405 with `Allow` if its path has other methods, otherwise 404. */
export type RefuseUnknown = (request: FastifyRequest, reply: FastifyReply) => never

/** Records all routes, so it must be called before the first route is added. */
export function rememberRoutes(app: FastifyInstance): RefuseUnknown {
  const methodsByPattern = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.fallback) return
    const known = methodsByPattern.get(url) ?? new Set()
    methodsByPattern.set(url, known)
    for (const one of [method].flat()) known.add(one)
  })
  let patterns: { pattern: RegExp; methods: Set<string> }[] | undefined
  return (request, reply) => {
    patterns ??= [...methodsByPattern].map(([url, methods]) => ({ pattern: patternOf(url), methods }))
    const path = pathOf(request.url)
    const found = patterns.filter(({ pattern }) => pattern.test(path))
    const allowed = new Set(found.flatMap(({ methods }) => [...methods]))
    // If a route of this method matches, the path only resembles the route, for example with an id that is too long.
    if (allowed.size === 0 || allowed.has(request.method))
      throw new AppError('not_found', { message: `${request.method} ${truncate(path)} does not exist.` })
    const list = [...allowed].toSorted().join(', ')
    reply.header('allow', list)
    throw new AppError('method_not_allowed', {
      message: `${truncate(path)} does not support ${request.method}. Supported methods: ${list}.`,
    })
  }
}

/** Converts a pattern such as `/api/chats/:id` into a regular expression that also allows a slash at the end. */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.+')
  return new RegExp(`^${source.replace(/\/$/, '')}/?$`)
}

const truncate = (path: string): string => path.slice(0, 200)
