/** What a use case is: one for each operation, called with who asks, what is asked, and what else is known of the request. */
import type { z } from 'zod'
import type { LimitState } from '../protocol/index.ts'
import type { OperationName, Operations, ResponseOf } from '../protocol/http/index.ts'
import type { Operation } from '../protocol/http/operation.ts'
import type { Caller } from './accounts/caller.ts'

/** What a use case may know of the request that it serves, and add to the head of its answer. */
export interface RequestMeta {
  /** The client's, behind proxies; `unknown` when it has gone. */
  readonly address: string
  /** Hops that forwarded the request and may have claimed any address, nearest first: peers that no operator has named as proxies. */
  readonly unproven: readonly string[]
  /** It came over https, as far as proxies say. */
  readonly secure: boolean
  /** It came over https, for certain. */
  readonly https: boolean
  /** The `Cookie` header. */
  readonly cookies: string
  /** It came from this machine, with no proxy in between. */
  readonly local: boolean
  readonly userAgent: string
  /** Aborts when the client has gone before it got the whole answer, and when the deadline of the request passes. */
  readonly signal: AbortSignal
  /** Adds whole `Set-Cookie` lines. Nothing happens once the answer has begun or the deadline has passed. */
  setCookies(lines: string[]): void
  /** Names the limit that counted this request. Nothing happens once the answer has begun. */
  tellLimit(limit: LimitState): void
}

/** The parts of a request that the operation declares, parsed: `params`, `query`, `body`. */
export type InputOf<Op extends Operation> = Part<'params', Op['params']> &
  Part<'query', Op['query']> &
  Part<'body', Op['body']>
type Part<Key extends string, Schema> =
  NonNullable<Schema> extends z.ZodUndefined ? unknown : { [K in Key]: z.output<Extract<Schema, z.ZodType>> }

/** Nobody in particular calls what is public; `anyone` is somebody who is signed in, or nobody. */
type CallerOf<Op extends Operation> = Op['access'] extends 'public'
  ? undefined
  : Op['access'] extends 'anyone'
    ? Caller | undefined
    : Caller

/** Throws an AppError with a code of the catalogue for what it refuses. */
export type UseCase<Name extends OperationName> = (
  caller: CallerOf<Operations[Name]>,
  input: InputOf<Operations[Name]>,
  meta: RequestMeta,
) => Promise<ResponseOf<Name>>

/** Every operation with the use case that serves it. Each layer exports a part of this table. */
export type UseCases = { [Name in OperationName]: UseCase<Name> }
