/** The types of use cases. Each operation has one; it receives the caller, the input, and metadata of the request. */
import type { z } from 'zod'
import type { LimitState } from '../protocol/index.ts'
import type { OperationName, Operations, ResponseOf } from '../protocol/http/index.ts'
import type { Operation } from '../protocol/http/operation.ts'
import type { Caller } from './accounts/caller.ts'

/** Metadata of the request that a use case serves, and the response headers that it may add. */
export interface RequestMeta {
  /** The IP address of the client, also behind proxies; `unknown` after the client has disconnected. */
  readonly address: string
  /** Addresses of hops, nearest first, that no operator has listed as proxies; they may have forged `address`. */
  readonly unproven: readonly string[]
  /** Whether the request came over HTTPS, according to the proxies. */
  readonly secure: boolean
  /** Whether the request certainly came over HTTPS. */
  readonly https: boolean
  /** The value of the `Cookie` header. */
  readonly cookies: string
  /** Whether the request came from this machine without a proxy. */
  readonly local: boolean
  readonly userAgent: string
  /** Aborts if the client disconnects before the response is complete, and when the request's deadline passes. */
  readonly signal: AbortSignal
  /** Adds complete `Set-Cookie` values. No effect after the response has begun or the deadline has passed. */
  setCookies(lines: string[]): void
  /** Reports the limit that counted this request, for the response headers. No effect after the response has begun. */
  reportLimit(limit: LimitState): void
}

/** The parsed parts of a request that the operation declares: `params`, `query`, `body`. */
export type InputOf<Op extends Operation> = Part<'params', Op['params']> &
  Part<'query', Op['query']> &
  Part<'body', Op['body']>
type Part<Key extends string, Schema> =
  NonNullable<Schema> extends z.ZodUndefined ? unknown : { [K in Key]: z.output<Extract<Schema, z.ZodType>> }

/** The caller: undefined for `public` operations, optional for `anyone`, and a signed-in user for all others. */
type CallerOf<Op extends Operation> = Op['access'] extends 'public'
  ? undefined
  : Op['access'] extends 'anyone'
    ? Caller | undefined
    : Caller

/** The response of an operation; of a `json-file` operation, the pieces of its text, which are read when they are sent. */
type OutcomeOf<Name extends OperationName> = Operations[Name] extends { kind: 'json-file' }
  ? AsyncIterable<string>
  : ResponseOf<Name>

/** Serves one operation. Throws an AppError with a code of the catalogue if it refuses the request. */
export type UseCase<Name extends OperationName> = (
  caller: CallerOf<Operations[Name]>,
  input: InputOf<Operations[Name]>,
  meta: RequestMeta,
) => Promise<OutcomeOf<Name>>

/** The use case of every operation. Each layer exports a part of this table. */
export type UseCases = { [Name in OperationName]: UseCase<Name> }
