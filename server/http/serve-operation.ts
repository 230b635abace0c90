import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import { withDeadline } from '../base/index.ts'
import type { Operation } from '../../protocol/http/operation.ts'
import type { Admission } from './admission.ts'
import type { Caller } from './caller.ts'
import { parseInput } from './parse-input.ts'
import type { LazyRequestMeta, RequestMeta } from './request-meta.ts'

/** The parts of a request that the operation declares, parsed: `params`, `query`, `body`. */
type InputOf<Op extends Operation> = Part<'params', Op['params']> &
  Part<'query', Op['query']> &
  Part<'body', Op['body']>
type Part<Key extends string, Schema> =
  NonNullable<Schema> extends z.ZodUndefined ? unknown : { [K in Key]: z.output<Extract<Schema, z.ZodType>> }

export type ResponseOf<Op extends Operation> = z.output<Op['response']>

/** Nobody in particular calls what is public; what anyone may ask, perhaps somebody. */
type CallerOf<Op extends Operation> = Op['access'] extends 'public'
  ? undefined
  : Op['access'] extends 'anyone'
    ? Caller | undefined
    : Caller

/** A response that sets or clears the session's cookie: whole `Set-Cookie` lines. */
export interface WithCookie<Body> {
  body: Body
  setCookie?: string[]
}

export type Handler<Op extends Operation, Result = ResponseOf<Op>> = (
  caller: CallerOf<Op>,
  input: InputOf<Op>,
  meta: RequestMeta,
) => Promise<Result>

export interface Serve {
  /** Binds an operation to the use case that serves it. */
  operation<Op extends Operation>(operation: Op, handler: Handler<Op>): void
  /** The same for those that begin or end a session. */
  settingCookie<Op extends Operation>(operation: Op, handler: Handler<Op, WithCookie<ResponseOf<Op>>>): void
}

export interface ServeOptions {
  admission: Admission
  handlerTimeoutMs: number
}

/** Serves operations on `app`: admits, parses, asks the use case, within the deadline. */
export function createServe(app: FastifyInstance, { admission, handlerTimeoutMs }: ServeOptions): Serve {
  function mount(
    operation: Operation,
    answer: (input: unknown, caller: Caller | undefined, on: On) => Promise<unknown>,
  ): void {
    const { method, path, access, credentials } = operation
    const what = `${method} ${path}`
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      // Before the body is read: a stranger cannot make us read one.
      onRequest: async (request, reply) => {
        request.caller = await admission.admit(request, reply, { access, credentials })
      },
      handler: async (request, reply) => {
        const input = {
          ...(operation.params ? { params: parseInput(operation.params, request.params, 'path') } : {}),
          ...(operation.query ? { query: parseInput(operation.query, request.query, 'query') } : {}),
          ...(operation.body ? { body: parseInput(operation.body, request.body, 'body') } : {}),
        }
        const work = answer(input, request.caller, { reply, meta: request.meta })
        try {
          return await withDeadline(work, handlerTimeoutMs, what)
        } catch (error) {
          request.meta.expire(error)
          throw error
        }
      },
    })
  }

  return {
    operation(operation, handler) {
      const call = untyped(handler)
      mount(operation, (input, caller, { meta }) => call(caller, input, meta))
    },
    settingCookie(operation, handler) {
      const call = untyped(handler)
      mount(operation, async (input, caller, { reply, meta }) => {
        const { body, setCookie } = await call(caller, input, meta)
        if (setCookie !== undefined) reply.header('set-cookie', setCookie)
        return body
      })
    },
  }
}

interface On {
  reply: FastifyReply
  meta: LazyRequestMeta
}

/** The border where types end: `admit` and `parseInput` have just made what `handler` takes. */
function untyped<Op extends Operation, Result>(
  handler: Handler<Op, Result>,
): (caller: Caller | undefined, input: unknown, meta: RequestMeta) => Promise<Result> {
  return handler as (caller: Caller | undefined, input: unknown, meta: RequestMeta) => Promise<Result>
}
