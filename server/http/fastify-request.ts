import type { Caller } from '../accounts/index.ts'
import type { LazyRequestMeta } from './request-meta.ts'

declare module 'fastify' {
  interface FastifyRequest {
    meta: LazyRequestMeta
    /**
     * Set when the request has been admitted. Undefined for public operations and for clients that are not signed in.
     */
    caller: Caller | undefined
  }
}
