import type { z } from 'zod'

/**
 * Who may call: nobody in particular, anyone and whoever is signed in is known, somebody signed in (a `pending` account
 * included), a user, an administrator.
 */
export type Access = 'public' | 'anyone' | 'signed-in' | 'user' | 'admin'

/**
 * What a caller may show. API keys are for programs: they never administer, and never change what lets somebody in
 * (passwords, roles, keys, sessions) or leads to a secret (connections). Those take a session.
 */
export type AcceptedCredentials = 'none' | 'session' | 'session-or-key'

/**
 * How request and answer travel, with limits of its own (`server/http/http-config.ts`). What carries something else than
 * JSON, such as an upload, is a kind of its own.
 */
export type OperationKind = 'json'

export interface Operation<
  Method extends string = string,
  Path extends string = string,
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Who extends Access = Access,
> {
  kind: OperationKind
  method: Method
  /** With `{name}` for each parameter. */
  path: Path
  /** One line; the title in the API's description. */
  summary: string
  access: Who
  credentials: AcceptedCredentials
  params?: Params
  query?: Query
  body?: Body
  response: Response
}

/** Declares an operation once: served by `server/http`, typed for the page, written to `/api/openapi.json`. */
export function operation<
  const Method extends 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  const Path extends string,
  const Who extends Access,
  Response extends z.ZodType,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  it: Omit<Operation<Method, Path, Params, Query, Body, Response, Who>, 'kind'>,
): Operation<Method, Path, Params, Query, Body, Response, Who> {
  return { kind: 'json', ...it }
}
