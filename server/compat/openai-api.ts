/** The OpenAI API for third-party clients: the list of models, and chat completions that are not stored. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Clock, Logger } from '../base/index.ts'
import { newId } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import type { LimitState } from '../../protocol/index.ts'
import { sdkLimitHeaders } from './sdk-limit-headers.ts'
import { CollectedCompletion } from './collected-completion.ts'
import { completionBody, findUnsupportedFeature, promptOf } from './completion-body.ts'
import type { CompletionBody } from './completion-body.ts'
import { CompletionChunks } from './completion-chunks.ts'
import type { CompletionHead } from './completion-chunks.ts'
import type { Caller } from '../accounts/index.ts'
import type { CompletionRequest, GenerateEnd } from '../chat/index.ts'
import { EventStream } from './event-stream.ts'
import { forwardedParams } from './forwarded-params.ts'
import { openAiPaths } from './openai-description.ts'
import { toOpenAiError } from './openai-error.ts'

export interface OpenAiApiOptions {
  models(): Promise<{ id: string; connectionName: string }[]>
  /**
   * Resolves when the provider has ended properly. Rejects with an AppError, or with the signal's reason when aborted.
   */
  complete(request: CompletionRequest): Promise<GenerateEnd>
  clock: Clock
  logger: Logger
  /** Functions of the layer `http`: authentication, error conversion, and parsing. */
  http: {
    admitByToken(request: FastifyRequest): Promise<Caller>
    explain(error: unknown, request: FastifyRequest): AppError
    addErrorForm(form: {
      paths: RegExp
      write(error: AppError): { status: number; body: unknown; headers: Record<string, string> }
    }): void
    addToOpenApi(paths: Record<string, unknown>): void
    hijack(reply: FastifyReply): ServerResponse
    limitHeaders(limit: LimitState): Record<string, string>
    parse<Schema extends z.ZodType>(schema: Schema, value: unknown, nameOfWhole: string): z.output<Schema>
  }
  /** The time without an event after which a stream sends a keep-alive comment, ms. Default 15 s. */
  pingMs?: number
}

/** Errors at these paths, including unknown paths below them, have OpenAI's format. */
const errorPaths = /^\/v1(\/|$)|^\/api\/chat\/completions\/?$/

/** Mounts `/v1/models` and `/v1/chat/completions`, and `/api/chat/completions` for clients of Open WebUI. */
export function serveOpenAiApi(app: FastifyInstance, options: OpenAiApiOptions): void {
  options.http.addErrorForm({ paths: errorPaths, write: toOpenAiError })
  options.http.addToOpenApi(openAiPaths)
  void app.register(async (scope) => {
    scope.decorateRequest('compatCaller', undefined as unknown as Caller)
    scope.addHook('onRequest', async (request) => {
      request.compatCaller = await options.http.admitByToken(request)
    })
    scope.get('/v1/models', async () => {
      const models = await options.models()
      return { object: 'list', data: models.map(modelView) }
    })
    // A wildcard, because model ids may contain slashes.
    scope.get<{ Params: { '*': string } }>('/v1/models/*', async (request) => {
      const models = await options.models()
      const model = models.find(({ id }) => id === request.params['*'])
      if (!model) throw new AppError('unknown_model', { field: 'model' })
      return modelView(model)
    })
    for (const path of ['/v1/chat/completions', '/api/chat/completions']) {
      scope.post(path, (request, reply) => completeChat(options, request, reply))
    }
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    compatCaller: Caller
  }
}

/** Matches a host name. A connection without a name is named after its host, which users must not see. */
const hostPattern = /^(localhost|[\w-]+(\.[\w-]+)+|\[[\da-f:.]+\]|[\w-]+(?=:\d))(:\d+)?$/i

function modelView({ id, connectionName }: { id: string; connectionName: string }): Record<string, unknown> {
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: hostPattern.test(connectionName) ? 'shoal' : connectionName,
  }
}

async function completeChat(
  options: OpenAiApiOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { clock, http } = options
  const missing = findUnsupportedFeature(request.body)
  if (missing) throw new AppError('bad_request', missing)
  const body = http.parse(completionBody, request.body, 'body')
  const head = {
    id: `chatcmpl-${newId(clock.now())}`,
    created: Math.floor(clock.now() / 1000),
    model: body.model,
  }
  const signal = disconnectSignal(reply)
  const onLimit = (limit: LimitState): void =>
    void reply.headers({ ...http.limitHeaders(limit), ...sdkLimitHeaders(limit) })
  const completion = { ...completionRequestOf(body, request.compatCaller, signal), onLimit }
  if (body.stream) return streamChat(options, { request, reply, body, head, completion: completion })
  const collected = new CollectedCompletion()
  try {
    const end = await options.complete({ ...completion, sink: (events) => collected.add(events) })
    return collected.toJson(head, end)
  } catch (error) {
    // The client has disconnected: there is nothing to reply, and no error to log.
    if (signal.aborted) return reply.hijack()
    throw error
  }
}

interface Streamed {
  request: FastifyRequest
  reply: FastifyReply
  body: CompletionBody
  head: CompletionHead
  completion: Omit<CompletionRequest, 'sink'>
}

async function streamChat(
  options: OpenAiApiOptions,
  { request, reply, body, head, completion }: Streamed,
): Promise<FastifyReply> {
  const stream = new EventStream(reply, {
    hijack: (hijacked) => options.http.hijack(hijacked),
    signal: completion.signal,
    pingMs: options.pingMs ?? 15_000,
    logger: options.logger,
  })
  const chunks = new CompletionChunks(head, { withUsage: body.stream_options?.include_usage === true })
  let started = false
  const start = (): Record<string, unknown>[] => {
    if (started) return []
    started = true
    return [chunks.start()]
  }
  try {
    const end = await options.complete({
      ...completion,
      sink: (events) => stream.send([...start(), ...events.flatMap((event) => chunks.of(event))]),
    })
    await stream.send([...start(), ...chunks.end(end), '[DONE]'])
    return reply
  } catch (error) {
    if (completion.signal.aborted) return reply.hijack()
    if (!stream.begun) throw error
    // The status has been sent, so the error is sent as an event, which the official clients recognise.
    await stream.send([{ ...toOpenAiError(options.http.explain(error, request)).body }])
    return reply
  } finally {
    stream.end()
  }
}

function completionRequestOf(
  body: CompletionBody,
  caller: Caller,
  signal: AbortSignal,
): Omit<CompletionRequest, 'sink' | 'onLimit'> {
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined
  return {
    caller,
    model: body.model,
    messages: promptOf(body),
    params: forwardedParams(body),
    signal,
    ...(maxTokens === undefined ? {} : { maxTokens }),
  }
}

/** Aborts when the client disconnects before it has received the whole response. */
function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const disconnected = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) disconnected.abort(new Error('the client has disconnected'))
  })
  return disconnected.signal
}
