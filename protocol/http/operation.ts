import type { z } from 'zod'

/**
 * Who may call an operation. `public`: everyone, without a check of the session; `anyone`: everyone, and the caller is
 * known if signed in; `signed-in`: every account, including `pending` ones; `user`; `admin`.
 */
export type Access = 'public' | 'anyone' | 'signed-in' | 'user' | 'admin'

/**
 * The credentials that an operation accepts. API keys are for API clients. Operations that administer, that change
 * access
 * (passwords, roles, keys, sessions) or that could expose a secret (connections) need a session.
 */
export type AcceptedCredentials = 'none' | 'session' | 'session-or-key'

/**
 * The format of request and response. Each kind has its own limits (`server/http/http-config.ts`). `json-file`: the
 * response is JSON that the server writes piece by piece, with a name under which a browser saves it.
 */
export type OperationKind = 'json' | 'json-file'

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
  /** The path, with `{name}` for each parameter. */
  path: Path
  /** One line: the title of the operation in the OpenAPI description. */
  summary: string
  access: Who
  credentials: AcceptedCredentials
  params?: Params
  query?: Query
  body?: Body
  response: Response
  /** The name of the file that a `json-file` operation returns. */
  fileName?: string
}

/** Declares an operation. `server/http` serves it, the page gets its types, and `/api/openapi.json` describes it. */
export function operation<
  const Method extends 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  const Path extends string,
  const Who extends Access,
  Response extends z.ZodType,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(
  definition: Omit<Operation<Method, Path, Params, Query, Body, Response, Who>, 'kind'>,
): Operation<Method, Path, Params, Query, Body, Response, Who> {
  return { kind: 'json', ...definition }
}

/** Declares a reading operation whose response may be large. Its use case returns the pieces of the JSON text. */
export function fileOperation<
  const Path extends string,
  const Who extends Access,
  Response extends z.ZodType,
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
>(
  definition: Omit<
    Operation<'GET', Path, Params, Query, z.ZodUndefined, Response, Who>,
    'kind' | 'method' | 'body' | 'fileName'
  > & { fileName: string },
): Operation<'GET', Path, Params, Query, z.ZodUndefined, Response, Who> & { kind: 'json-file' } {
  return { kind: 'json-file', method: 'GET', ...definition }
}
