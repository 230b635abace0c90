import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { operations } from '../../protocol/http/index.ts'
import type { OperationName } from '../../protocol/http/index.ts'
import type { Operation } from '../../protocol/http/operation.ts'
import type { Caller } from '../accounts/index.ts'
import type { RequestMeta, UseCases } from '../use-case.ts'
import type { Admission } from './admission.ts'
import type { OperationLimits } from './http-config.ts'
import { parseInput } from './parse-input.ts'
import type { Explain } from './reply-with-error.ts'

export interface ServeOptions {
  admission: Admission
  /** Throws an AppError while the instance is still starting. */
  useCases: () => UseCases
  limits: OperationLimits
  explain: Explain
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
  { admission, useCases, limits, explain }: ServeOptions,
): void {
  const { kind, method, path, params, query, body, fileName = '' } = operation
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
    handler: async (request, reply) => {
      const input = {
        ...(params ? { params: parseInput(params, request.params, 'path') } : {}),
        ...(query ? { query: parseInput(query, request.query, 'query') } : {}),
        ...(body ? { body: parseInput(body, request.body, 'body') } : {}),
      }
      const useCase = useCases()[name] as UntypedUseCase
      const { caller, meta } = request
      try {
        const outcome = await meta.withinDeadline(useCase(caller, input, meta), deadlineMs, label)
        if (kind === 'json') return outcome
        return await sendFile(outcome as AsyncIterable<string>, { fileName, request, reply, explain })
      } catch (error) {
        meta.abort(error)
        throw error
      }
    },
  })
}

interface FileReply {
  fileName: string
  request: FastifyRequest
  reply: FastifyReply
  explain: Explain
}

/**
 * Reads each piece when the client has received the ones before. If that fails in the middle, the connection breaks, so
 * that the client does not mistake a partial file for a complete one. If the client disconnects, the reading ends.
 */
function sendFile(
  pieces: AsyncIterable<string>,
  { fileName, request, reply, explain }: FileReply,
): FastifyReply {
  // A HEAD request would read the whole file and send nothing of it.
  const body = Readable.from(request.method === 'HEAD' ? [] : pieces)
  body.on('error', (error) => {
    // An error before the first piece becomes a normal response, which logs it.
    if (reply.raw.headersSent) explain(error, request)
  })
  return reply
    .type('application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(body)
}

/** A use case without its types, which cannot be checked here: `admit` and `parseInput` guarantee the right values. */
type UntypedUseCase = (caller: Caller | undefined, input: unknown, meta: RequestMeta) => Promise<unknown>
