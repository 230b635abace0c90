import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../protocol/index.ts'
import { pathOf } from './request-log.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It takes whatever no other route does, and offers nothing itself. */
    fallback?: boolean
  }
}

/** Ends a request that no route serves: with 405 and `Allow` where other methods exist at its path, else with 404. */
export type RefuseUnknown = (request: FastifyRequest, reply: FastifyReply) => never

/** Call before the first route is added: it remembers them all. */
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
    // With its own method in it, the path only looks like a route's: an id that is too long, say.
    if (allowed.size === 0 || allowed.has(request.method))
      throw new AppError('not_found', { message: `There is no ${request.method} ${shown(path)}.` })
    const list = [...allowed].toSorted().join(', ')
    reply.header('allow', list)
    throw new AppError('method_not_allowed', {
      message: `${shown(path)} does not take ${request.method}. It takes ${list}.`,
    })
  }
}

/** `/api/chats/:id` → every address of that form, with or without a slash at its end. */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.+')
  return new RegExp(`^${source.replace(/\/$/, '')}/?$`)
}

const shown = (path: string): string => path.slice(0, 200)
