import type { Caller } from '../accounts/index.ts'
import type { LazyRequestMeta } from './request-meta.ts'

declare module 'fastify' {
  interface FastifyRequest {
    meta: LazyRequestMeta
    /** Set once the request has been admitted; undefined for public operations. */
    caller: Caller | undefined
  }
}
