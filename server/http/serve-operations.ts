import type { FastifyInstance } from 'fastify'
import { operations } from '../../protocol/http/index.ts'
import type { OperationName } from '../../protocol/http/index.ts'
import type { Operation } from '../../protocol/http/operation.ts'
import type { Caller } from '../accounts/index.ts'
import type { RequestMeta, UseCases } from '../use-case.ts'
import type { Admission } from './admission.ts'
import type { OperationLimits } from './http-config.ts'
import { parseInput } from './parse-input.ts'

export interface ServeOptions {
  admission: Admission
  /** Throws an AppError while the instance is still starting. */
  useCases: () => UseCases
  limits: OperationLimits
}

/**
 * Adds a route for every operation, which admits the request, parses its input and calls its use case with a deadline.
 */
export function serveOperations(app: FastifyInstance, options: ServeOptions): void {
  const all = Object.entries<Operation>(operations) as [OperationName, Operation][]
  for (const [name, operation] of all) serveOperation(app, name, operation, options)
}

function serveOperation(
  app: FastifyInstance,
  name: OperationName,
  operation: Operation,
  { admission, useCases, limits }: ServeOptions,
): void {
  const { kind, method, path, params, query, body } = operation
  const { bodyLimit, deadlineMs } = limits[kind]
  const label = `${method} ${path}`
  app.route({
    method,
    bodyLimit,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    // Admission comes before the body is read, so that an unauthenticated client cannot make the server read one.
    onRequest: async (request) => {
      request.caller = await admission.admit(request, operation)
    },
    handler: async (request) => {
      const input = {
        ...(params ? { params: parseInput(params, request.params, 'path') } : {}),
        ...(query ? { query: parseInput(query, request.query, 'query') } : {}),
        ...(body ? { body: parseInput(body, request.body, 'body') } : {}),
      }
      const useCase = useCases()[name] as UntypedUseCase
      const { caller, meta } = request
      try {
        return await meta.withinDeadline(useCase(caller, input, meta), deadlineMs, label)
      } catch (error) {
        meta.abort(error)
        throw error
      }
    },
  })
}

/** A use case without its types, which cannot be checked here: `admit` and `parseInput` guarantee the right values. */
type UntypedUseCase = (caller: Caller | undefined, input: unknown, meta: RequestMeta) => Promise<unknown>
